//! MessagePack (<https://github.com/msgpack/msgpack/blob/master/spec.md>): as much as the Datadog formats use.

pub mod json;
pub mod read;
pub mod write;
