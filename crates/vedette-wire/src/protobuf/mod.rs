//! Protocol Buffers (<https://protobuf.dev/programming-guides/encoding/>), written and read without generated code:
//! writing is faster so, and reading stays within bounds, where generated types grow a hundredfold from empty messages.

pub mod read;
pub mod write;
