//! Attribute keys: interned, so that a key in a span is one pointer.

use std::sync::{Arc, Mutex};

use arc_swap::{ArcSwapOption, Guard};
use foldhash::{HashMap, HashMapExt};

use crate::ids;

/// An interned attribute name. Equal names are the same pointer.
#[derive(Clone, Copy)]
pub struct Key(&'static Entry);

/// What is known of a key.
struct Entry {
    name: &'static str,
    /// Position in `keys::ALL` for the well-known ones; `u32::MAX` for others.
    index: u32,
}

/// Distinct keys a process may use; a program that makes keys from data would otherwise never stop growing.
const MOST_KEYS: usize = 16_384;
/// Bytes of one key.
const MOST_BYTES: usize = 256;

/// The names in use, as one process knows them.
struct Table {
    generation: u64,
    names: Mutex<HashMap<&'static str, Key>>,
}

static TABLE: ArcSwapOption<Table> = ArcSwapOption::const_empty();

/// The table of this process. A fork may have copied the parent's while another thread held its lock, so a child
/// takes a copy, if it can be read without waiting, and otherwise begins with the well-known names: a key that the
/// parent made then differs from the child's of the same name, which costs a span begun before the fork a duplicate.
fn table() -> Guard<Option<Arc<Table>>> {
    let current = TABLE.load();
    if current.as_ref().is_some_and(|table| table.generation == ids::generation()) {
        return current;
    }
    let inherited = current.as_ref().and_then(|table| Some(table.names.try_lock().ok()?.clone()));
    let names = Mutex::new(inherited.unwrap_or_else(well_known));
    TABLE.compare_and_swap(&current, Some(Arc::new(Table { generation: ids::generation(), names })));
    TABLE.load()
}

impl Key {
    /// Interns `name`. None when the table is full, or the name empty or longer than 256 bytes.
    pub fn new(name: &str) -> Option<Key> {
        let table = table();
        // Just filled; without a table there would be no key, which counts as a full one.
        let mut table = table.as_ref()?.names.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(key) = table.get(name) {
            return Some(*key);
        }
        if name.is_empty() || name.len() > MOST_BYTES || table.len() >= MOST_KEYS {
            return None;
        }
        let name: &'static str = Box::leak(name.into());
        let key = Key(Box::leak(Box::new(Entry { name, index: u32::MAX })));
        table.insert(name, key);
        Some(key)
    }

    /// The name.
    #[inline]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Position in [`keys::ALL`], if the key is one of the well-known ones.
    #[inline]
    pub fn index(self) -> Option<usize> {
        (self.0.index != u32::MAX).then_some(self.0.index as usize)
    }
}

impl PartialEq for Key {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Key {}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name)
    }
}

fn well_known() -> HashMap<&'static str, Key> {
    let mut table = HashMap::with_capacity(keys::ALL.len() * 2);
    for key in keys::ALL {
        table.insert(key.name(), *key);
    }
    table
}

macro_rules! well_known_keys {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        /// The keys that vedette itself reads or renames.
        pub mod keys {
            use super::{Entry, Key};

            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "positions named after the constants")]
            enum Position { $($constant,)* }

            $($(#[$doc])* #[doc = concat!("`", $name, "`")]
            pub const $constant: Key = {
                static ENTRY: Entry = Entry { name: $name, index: Position::$constant as u32 };
                Key(&ENTRY)
            };)*

            /// All of them, in the order of their [`Key::index`].
            pub const ALL: &[Key] = &[$($constant,)*];
        }
    };
}

well_known_keys! {
    HTTP_REQUEST_METHOD = "http.request.method";
    HTTP_RESPONSE_STATUS_CODE = "http.response.status_code";
    HTTP_ROUTE = "http.route";
    URL_FULL = "url.full";
    URL_SCHEME = "url.scheme";
    URL_PATH = "url.path";
    URL_QUERY = "url.query";
    USER_AGENT_ORIGINAL = "user_agent.original";
    CLIENT_ADDRESS = "client.address";
    NETWORK_PEER_ADDRESS = "network.peer.address";
    NETWORK_PROTOCOL_VERSION = "network.protocol.version";
    SERVER_ADDRESS = "server.address";
    SERVER_PORT = "server.port";
    DB_SYSTEM_NAME = "db.system.name";
    DB_NAMESPACE = "db.namespace";
    DB_USER = "db.user";
    DB_COLLECTION_NAME = "db.collection.name";
    DB_OPERATION_NAME = "db.operation.name";
    DB_OPERATION_BATCH_SIZE = "db.operation.batch.size";
    DB_QUERY_SUMMARY = "db.query.summary";
    DB_QUERY_TEXT = "db.query.text";
    DB_RESPONSE_RETURNED_ROWS = "db.response.returned_rows";
    MESSAGING_SYSTEM = "messaging.system";
    MESSAGING_OPERATION_NAME = "messaging.operation.name";
    MESSAGING_OPERATION_TYPE = "messaging.operation.type";
    MESSAGING_DESTINATION_NAME = "messaging.destination.name";
    MESSAGING_MESSAGE_ID = "messaging.message.id";
    COMPONENT = "component";
    SPAN_KIND = "span.kind";
    SPAN_TYPE = "span.type";
    OPERATION_NAME = "operation.name";
    RESOURCE_NAME = "resource.name";
    ERROR_TYPE = "error.type";
    ENV = "env";
    VERSION = "version";
    BASE_SERVICE = "_dd.base_service";
    MEASURED = "_dd.measured";
    USER_ID = "user.id";
    USER_EMAIL = "user.email";
    USER_FULL_NAME = "user.full_name";
    SESSION_ID = "session.id";
    PROCESS_ID = "process_id";
    RUNTIME_ID = "runtime-id";
    LANGUAGE = "language";
    APPSEC_EVENT = "appsec.event";
    APPSEC_BLOCKED = "appsec.blocked";
    APPSEC_JSON = "_dd.appsec.json";
    SCHEMA_REQUEST_HEADERS = "security.api.request.headers.schema";
    SCHEMA_REQUEST_COOKIES = "security.api.request.cookies.schema";
    SCHEMA_REQUEST_QUERY = "security.api.request.query.schema";
    SCHEMA_REQUEST_PARAMS = "security.api.request.params.schema";
    SCHEMA_REQUEST_BODY = "security.api.request.body.schema";
    SCHEMA_REQUEST_JWT = "security.api.request.jwt.schema";
    SCHEMA_RESPONSE_HEADERS = "security.api.response.headers.schema";
    SCHEMA_RESPONSE_BODY = "security.api.response.body.schema";
    /// What arrived under names that could not be interned any more.
    MORE = "vedette.more";
    PEER_SERVICE = "peer.service";
    MANUAL_KEEP = "manual.keep";
    PROPAGATION_ERROR = "_dd.propagation_error";
    MANUAL_DROP = "manual.drop";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_the_same_key() {
        assert_eq!(Key::new("shop.cart"), Key::new("shop.cart"));
        assert_ne!(Key::new("shop.cart"), Key::new("shop.card"));
        assert_eq!(Key::new("http.route"), Some(keys::HTTP_ROUTE));
    }

    #[test]
    fn well_known_keys_know_their_position() {
        assert!(!keys::ALL.is_empty());
        for (at, key) in keys::ALL.iter().enumerate() {
            assert_eq!(key.index(), Some(at));
        }
        assert_eq!(Key::new("shop.cart").and_then(Key::index), None);
    }

    #[test]
    fn names_without_sense_are_refused() {
        assert_eq!(Key::new(""), None);
        assert_eq!(Key::new(&"k".repeat(300)), None);
    }
}
