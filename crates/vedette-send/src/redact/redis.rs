//! Redis commands: the command and its key stay, values become one `?`.

use vedette_model::{keys, Key, Span, Text, Value};

/// Attributes of Redis spans, interned once.
pub(super) struct Names {
    raw_command: Option<Key>,
    pipeline_length: Option<Key>,
}

impl Names {
    pub fn new() -> Names {
        Names {
            raw_command: Key::new("redis.raw_command"),
            pipeline_length: Key::new("redis.pipeline_length"),
        }
    }

    /// Hides the values in the commands of a Redis span.
    pub fn redact(&self, span: &mut Span) {
        if !matches!(span.get_str(keys::DB_SYSTEM_NAME), Some("redis" | "valkey")) {
            return;
        }
        let lines = self.pipeline_length.and_then(|key| as_count(span.get(key)?)).unwrap_or(1);
        if let Some(hidden) = hide(&span.resource, lines) {
            span.resource = hidden;
        }
        for (key, value) in &mut span.attributes {
            let is_command = Some(*key) == self.raw_command || *key == keys::DB_QUERY_TEXT;
            if let (true, Value::Str(text)) = (is_command, &mut *value) {
                if let Some(hidden) = hide(text, lines) {
                    *text = hidden;
                }
            }
        }
    }
}

fn as_count(value: &Value) -> Option<usize> {
    match value {
        Value::Int(number) => usize::try_from(*number).ok(),
        Value::Double(number) => Some(*number as usize),
        _ => None,
    }
}

/// The commands without values; None if there are no arguments at all. A pipeline has a command per line. If
/// there are more lines than commands, a value holds a line break: then what follows the first line is hidden.
fn hide(text: &str, commands: usize) -> Option<Text> {
    if !text.trim().contains([' ', '\n']) {
        return None;
    }
    if commands > 1 && text.lines().count() == commands {
        return Some(text.lines().map(hide_one).collect::<Vec<_>>().join("\n").into());
    }
    Some(hide_one(text).into())
}

fn hide_one(command: &str) -> String {
    let mut words = command.trim_start().splitn(3, [' ', '\n']);
    let (name, first, rest) = (words.next().unwrap_or(""), words.next(), words.next());
    match (first, rest) {
        (None, _) => name.to_string(),
        (Some(_), _) if holds_secrets(name) => format!("{name} ?"),
        (Some(_), Some(_)) if takes_only_keys(name) && !command.contains('\n') => command.to_string(),
        (Some(key), None) => format!("{name} {key}"),
        (Some(key), Some(_)) => format!("{name} {key} ?"),
    }
}

/// Commands whose very first argument may be a secret or data.
fn holds_secrets(name: &str) -> bool {
    const NAMES: [&str; 10] =
        ["AUTH", "HELLO", "ACL", "CONFIG", "MIGRATE", "ECHO", "PING", "EVAL", "SCRIPT", "FUNCTION"];
    NAMES.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// Commands that have keys for arguments, and nothing else.
fn takes_only_keys(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "DEL", "EXISTS", "MGET", "PFCOUNT", "RENAME", "SDIFF", "SINTER", "SUNION", "TOUCH", "UNLINK",
        "WATCH", "KEYS",
    ];
    NAMES.iter().any(|one| one.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_stays_and_values_go() {
        let cases = [
            ("SET session:1 secret value", 1, "SET session:1 ?"),
            ("get k", 1, "get k"),
            ("MGET a b c", 1, "MGET a b c"),
            ("AUTH me password", 1, "AUTH ?"),
            ("SET k a\nsecond line", 1, "SET k ?"),
            ("SET a 1\nGET b\nHSET h f v", 3, "SET a ?\nGET b\nHSET h ?"),
            ("SET a 1\n2\nGET b", 2, "SET a ?"),
            ("DEL a\nsecret words", 1, "DEL a ?"),
        ];
        for (command, lines, expected) in cases {
            assert_eq!(hide(command, lines).unwrap(), expected);
        }
        assert_eq!(hide("PING", 1), None);
        assert_eq!(hide("", 1), None);
    }

    #[test]
    fn only_redis_spans_are_read() {
        let raw = Key::new("redis.raw_command").unwrap();
        let mut span = Span { resource: "SET k v".into(), ..Span::default() };
        span.set(raw, "SET k v");
        let names = Names::new();
        names.redact(&mut span);
        assert_eq!(span.get_str(raw), Some("SET k v"));
        span.set(keys::DB_SYSTEM_NAME, "redis");
        names.redact(&mut span);
        assert_eq!(span.get_str(raw), Some("SET k ?"));
        assert_eq!(span.resource, "SET k ?");
    }
}
