//! The one table between the names used inside (OpenTelemetry's stable semantic conventions) and the
//! tag names that Datadog users know. What is not listed has the same name in both.
//!
//! Sources: <https://opentelemetry.io/docs/specs/semconv/> and
//! <https://docs.datadoghq.com/tracing/trace_collection/tracing_naming_convention/>.

use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt};
use vedette_model::{keys, Key, Kind};

/// One line of the table.
#[derive(Debug)]
pub struct Name {
    /// The OpenTelemetry name.
    pub convention: Key,
    /// The Datadog name.
    pub datadog: &'static str,
    /// Spans it applies to.
    pub on: On,
    /// How Datadog wants the value.
    pub form: Form,
    /// Whether Datadog gets the OpenTelemetry name as well.
    pub both: bool,
}

/// Spans that a line of the table applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// All.
    Any,
    /// Those that answer remote requests.
    Server,
    /// Those that talk to another process: client, producer and consumer.
    Outgoing,
}

/// How Datadog wants the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By its type: texts in `meta`, numbers in `metrics`.
    Typed,
    /// In `meta`, whatever its type.
    Text,
    /// In `meta`, compressed (gzip) and in base64.
    Packed,
}

const fn name(convention: Key, datadog: &'static str) -> Name {
    Name { convention, datadog, on: On::Any, form: Form::Typed, both: false }
}

const fn packed(convention: Key, datadog: &'static str) -> Name {
    Name { form: Form::Packed, ..name(convention, datadog) }
}

/// The table.
pub static TABLE: &[Name] = &[
    name(keys::HTTP_REQUEST_METHOD, "http.method"),
    Name { form: Form::Text, ..name(keys::HTTP_RESPONSE_STATUS_CODE, "http.status_code") },
    name(keys::URL_FULL, "http.url"),
    name(keys::USER_AGENT_ORIGINAL, "http.useragent"),
    name(keys::CLIENT_ADDRESS, "http.client_ip"),
    name(keys::NETWORK_PROTOCOL_VERSION, "http.version"),
    Name { on: On::Server, ..name(keys::NETWORK_PEER_ADDRESS, "network.client.ip") },
    Name { on: On::Outgoing, ..name(keys::NETWORK_PEER_ADDRESS, "network.destination.ip") },
    Name { on: On::Outgoing, both: true, ..name(keys::SERVER_ADDRESS, "out.host") },
    Name { on: On::Outgoing, ..name(keys::SERVER_PORT, "network.destination.port") },
    name(keys::DB_SYSTEM_NAME, "db.system"),
    name(keys::DB_NAMESPACE, "db.name"),
    name(keys::DB_RESPONSE_RETURNED_ROWS, "db.row_count"),
    // An application may have attributes of these names of its own, which stay where its users look for them.
    Name { both: true, ..name(keys::USER_ID, "usr.id") },
    Name { both: true, ..name(keys::USER_EMAIL, "usr.email") },
    Name { both: true, ..name(keys::USER_FULL_NAME, "usr.name") },
    Name { both: true, ..name(keys::SESSION_ID, "usr.session_id") },
    packed(keys::SCHEMA_REQUEST_HEADERS, "_dd.appsec.s.req.headers"),
    packed(keys::SCHEMA_REQUEST_COOKIES, "_dd.appsec.s.req.cookies"),
    packed(keys::SCHEMA_REQUEST_QUERY, "_dd.appsec.s.req.query"),
    packed(keys::SCHEMA_REQUEST_PARAMS, "_dd.appsec.s.req.params"),
    packed(keys::SCHEMA_REQUEST_BODY, "_dd.appsec.s.req.body"),
    packed(keys::SCHEMA_REQUEST_JWT, "_dd.appsec.s.req.jwt"),
    packed(keys::SCHEMA_RESPONSE_HEADERS, "_dd.appsec.s.res.headers"),
    packed(keys::SCHEMA_RESPONSE_BODY, "_dd.appsec.s.res.body"),
];

impl On {
    fn covers(self, kind: Kind) -> bool {
        match self {
            On::Any => true,
            On::Server => kind == Kind::Server,
            On::Outgoing => matches!(kind, Kind::Client | Kind::Producer | Kind::Consumer),
        }
    }
}

/// The line for an attribute of a span of that kind; None if the name stays as it is.
#[inline]
pub fn to_datadog(key: Key, kind: Kind) -> Option<&'static Name> {
    static BY_INDEX: OnceLock<Vec<Vec<&'static Name>>> = OnceLock::new();
    let index = key.index()?;
    BY_INDEX.get_or_init(by_index)[index].iter().copied().find(|name| name.on.covers(kind))
}

fn by_index() -> Vec<Vec<&'static Name>> {
    let lines_of = |key: &Key| TABLE.iter().filter(|name| name.convention == *key).collect();
    keys::ALL.iter().map(lines_of).collect()
}

/// The line for a Datadog tag; None if the name stays as it is.
pub fn from_datadog(tag: &str) -> Option<&'static Name> {
    static BY_TAG: OnceLock<HashMap<&'static str, &'static Name>> = OnceLock::new();
    let by_tag = BY_TAG.get_or_init(|| {
        let mut map = HashMap::with_capacity(TABLE.len());
        map.extend(TABLE.iter().map(|name| (name.datadog, name)));
        map
    });
    by_tag.get(tag).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_leads_there_and_back() {
        for line in TABLE {
            let kind = if line.on == On::Server { Kind::Server } else { Kind::Client };
            assert_eq!(to_datadog(line.convention, kind).unwrap().datadog, line.datadog);
            assert_eq!(from_datadog(line.datadog).unwrap().convention, line.convention);
        }
    }

    #[test]
    fn the_peer_of_a_server_is_the_client() {
        let peer = |kind| to_datadog(keys::NETWORK_PEER_ADDRESS, kind).map(|name| name.datadog);
        assert_eq!(peer(Kind::Server), Some("network.client.ip"));
        assert_eq!(peer(Kind::Client), Some("network.destination.ip"));
        assert_eq!(peer(Kind::Internal), None);
    }

    #[test]
    fn unknown_names_stay() {
        assert!(to_datadog(keys::HTTP_ROUTE, Kind::Server).is_none());
        assert!(from_datadog("shop.cart").is_none());
    }
}
