//! What a trace is: spans, values, ids and the clock. Knows no wire format and no Python.

pub mod chunk;
pub mod clock;
pub mod ids;
pub mod key;
pub mod limits;
pub mod span;
pub mod value;

pub use chunk::{Chunk, Decision, Mechanism, Process};
pub use ids::{SpanId, TraceId};
pub use key::{keys, Key};
pub use limits::Limits;
pub use span::{ErrorInfo, Event, Extras, Kind, Link, Span};
pub use value::{Array, Text, Value};
