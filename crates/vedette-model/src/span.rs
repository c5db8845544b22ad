//! One unit of work.

use crate::ids::{SpanId, TraceId};
use crate::key::Key;
use crate::limits::{count_cut, Limits};
use crate::value::{text_heap_bytes, Text, Value};

/// A span: what was done, when, how it ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Span {
    /// Unique within the trace.
    pub id: SpanId,
    /// Span that caused this one, local or remote; 0 for none.
    pub parent: SpanId,
    /// Start, in nanoseconds since the Unix epoch.
    pub start: u64,
    /// Length in nanoseconds.
    pub duration: u64,
    /// The operation, such as `flask.request`.
    pub name: Text,
    /// What it was done to, such as `GET /users/<id>`; empty means: the name.
    pub resource: Text,
    /// The service it belongs to; empty means: the process's own.
    pub service: Text,
    /// Datadog span type, such as `web`, `sql`, `http`; empty for none.
    pub span_type: Text,
    /// Role in a conversation between services.
    pub kind: Kind,
    /// Whether the work failed.
    pub error: bool,
    /// Attributes in the order they were set; keys are unique.
    pub attributes: Vec<(Key, Value)>,
    /// What few spans have.
    pub extras: Option<Box<Extras>>,
}

/// What few spans have: kept apart to keep the others small.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extras {
    /// Why the work failed.
    pub failure: Option<ErrorInfo>,
    /// Causal relations to spans of this or other traces.
    pub links: Vec<Link>,
    /// Things that happened at one moment of the span.
    pub events: Vec<Event>,
    /// Structured data for the Datadog `meta_struct` field: name and msgpack-encoded value.
    pub structures: Vec<(Text, Vec<u8>)>,
}

/// Role of a span in a conversation between services (OpenTelemetry span kind).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Not said.
    #[default]
    Unspecified = 0,
    /// Work within the process.
    Internal = 1,
    /// Answers a remote request.
    Server = 2,
    /// Makes a remote request.
    Client = 3,
    /// Hands a message to a broker.
    Producer = 4,
    /// Takes a message from a broker.
    Consumer = 5,
}

impl Kind {
    /// The lower-case name, empty for unspecified.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Unspecified => "",
            Kind::Internal => "internal",
            Kind::Server => "server",
            Kind::Client => "client",
            Kind::Producer => "producer",
            Kind::Consumer => "consumer",
        }
    }

    /// The kind with that lower-case name.
    pub fn from_name(name: &str) -> Option<Kind> {
        use Kind::{Client, Consumer, Internal, Producer, Server, Unspecified};
        [Unspecified, Internal, Server, Client, Producer, Consumer]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Why a span failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorInfo {
    /// Dotted name of the exception class, or another stable type name.
    pub kind: Text,
    /// Message, possibly empty.
    pub message: Text,
    /// Stack as text, most recent call last; empty if none is known.
    pub stack: Text,
}

/// A causal relation to another span (OpenTelemetry span link).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// Trace of the linked span.
    pub trace_id: TraceId,
    /// The linked span.
    pub span_id: SpanId,
    /// W3C trace flags, if known.
    pub flags: Option<u8>,
    /// W3C tracestate, possibly empty.
    pub tracestate: Text,
    /// Attributes of the relation.
    pub attributes: Vec<(Key, Value)>,
}

/// Something that happened at one moment of a span (OpenTelemetry span event).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// Nanoseconds since the Unix epoch.
    pub time: u64,
    /// What happened.
    pub name: Text,
    /// Attributes of the event.
    pub attributes: Vec<(Key, Value)>,
}

impl Span {
    /// Sets an attribute, replacing an earlier value. Over the limit it is dropped and counted.
    #[inline]
    pub fn set(&mut self, key: Key, value: impl Into<Value>) {
        set_in(&mut self.attributes, key, value.into(), &Limits::DEFAULT);
    }

    /// The value of an attribute.
    #[inline]
    pub fn get(&self, key: Key) -> Option<&Value> {
        self.attributes.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The value of an attribute, if it is text.
    pub fn get_str(&self, key: Key) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// Takes an attribute away.
    pub fn remove(&mut self, key: Key) -> Option<Value> {
        let at = self.attributes.iter().position(|(k, _)| *k == key)?;
        Some(self.attributes.remove(at).1)
    }

    /// The rarely used parts, made on first use.
    pub fn extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }

    /// The resource, or the name where none was given.
    pub fn resource_or_name(&self) -> &str {
        if self.resource.is_empty() {
            &self.name
        } else {
            &self.resource
        }
    }

    /// Bytes this span holds, for queues that are bounded by bytes.
    pub fn bytes(&self) -> usize {
        let texts = [&self.name, &self.resource, &self.service, &self.span_type];
        std::mem::size_of::<Span>()
            + texts.iter().map(|t| text_heap_bytes(t)).sum::<usize>()
            + attribute_bytes(&self.attributes)
            + self.extras.as_ref().map_or(0, |extras| extras.bytes())
    }
}

impl Extras {
    fn bytes(&self) -> usize {
        let failure = self.failure.as_ref().map_or(0, |f| {
            text_heap_bytes(&f.kind) + text_heap_bytes(&f.message) + text_heap_bytes(&f.stack)
        });
        let links = self.links.iter().map(|l| 96 + attribute_bytes(&l.attributes)).sum::<usize>();
        let events = self.events.iter().map(|e| 64 + attribute_bytes(&e.attributes)).sum::<usize>();
        let structures = self.structures.iter().map(|(_, s)| 48 + s.capacity()).sum::<usize>();
        std::mem::size_of::<Extras>() + failure + links + events + structures
    }
}

fn attribute_bytes(attributes: &[(Key, Value)]) -> usize {
    std::mem::size_of_val(attributes) + attributes.iter().map(|(_, v)| v.heap_bytes()).sum::<usize>()
}

/// Sets `key` in a list of attributes within `limits`.
#[inline]
pub fn set_in(attributes: &mut Vec<(Key, Value)>, key: Key, value: Value, limits: &Limits) {
    if let Some(slot) = attributes.iter_mut().find(|(k, _)| *k == key) {
        slot.1 = value;
    } else if attributes.len() < limits.attributes {
        attributes.push((key, value));
    } else {
        count_cut();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::keys;

    #[test]
    fn a_span_stays_small() {
        assert!(std::mem::size_of::<(Key, Value)>() <= 32);
        assert!(std::mem::size_of::<Span>() <= 176, "{}", std::mem::size_of::<Span>());
    }

    #[test]
    fn setting_twice_keeps_the_last_value() {
        let mut span = Span::default();
        span.set(keys::HTTP_ROUTE, "/a");
        span.set(keys::HTTP_ROUTE, "/b");
        assert_eq!(span.get_str(keys::HTTP_ROUTE), Some("/b"));
        assert_eq!(span.attributes.len(), 1);
    }

    #[test]
    fn attributes_over_the_limit_are_dropped() {
        let mut span = Span::default();
        for i in 0..200 {
            let key = Key::new(&format!("over.limit.{i}")).unwrap();
            span.set(key, i as i64);
        }
        assert_eq!(span.attributes.len(), Limits::DEFAULT.attributes);
    }
}
