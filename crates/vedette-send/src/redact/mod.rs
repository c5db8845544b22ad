//! Makes unreadable what must not leave the process: literals in statements, secrets in query strings, user
//! information in addresses. Runs on the worker, once per chunk, before any format is written.

mod redis;
mod secrets;
mod statement;
mod url;

use vedette_model::{Chunk, Key, Span, Value};

use crate::config::Obfuscation;
use secrets::Secrets;

pub(crate) use url::without_user_info;

/// Attributes that hold addresses.
const ADDRESSES: [&str; 2] = ["url.full", "http.url"];
/// Attributes that hold a query string alone.
const QUERIES: [&str; 2] = ["url.query", "http.query.string"];

/// Redacts spans by the settings. What it finds no rule for stays as it is.
pub(crate) struct Redactor {
    sql: bool,
    secrets: Secrets,
    addresses: Vec<Key>,
    queries: Vec<Key>,
    statements: statement::Names,
    redis: redis::Names,
}

impl Redactor {
    pub fn new(settings: &Obfuscation) -> Redactor {
        let keys = |names: &[&str]| names.iter().filter_map(|name| Key::new(name)).collect();
        Redactor {
            sql: settings.sql,
            secrets: Secrets::new(settings.query_string.as_deref()),
            addresses: keys(&ADDRESSES),
            queries: keys(&QUERIES),
            statements: statement::Names::new(),
            redis: redis::Names::new(),
        }
    }

    pub fn redact(&mut self, chunks: &mut [Chunk]) {
        for span in chunks.iter_mut().flat_map(|chunk| &mut chunk.spans) {
            self.redact_span(span);
        }
    }

    /// What is wrong with the settings, if anything has been found; told once.
    pub fn complaint(&mut self) -> Option<String> {
        self.secrets.complaint()
    }

    fn redact_span(&mut self, span: &mut Span) {
        if self.sql {
            self.statements.redact(span);
            self.redis.redact(span);
        }
        for (key, value) in &mut span.attributes {
            let Value::Str(text) = value else { continue };
            let redacted = if self.addresses.contains(key) {
                url::redact(text, &mut self.secrets)
            } else if self.queries.contains(key) {
                self.secrets.redact(text)
            } else {
                continue;
            };
            if let std::borrow::Cow::Owned(redacted) = redacted {
                *text = redacted.into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vedette_model::keys;

    fn redacted(mut span: Span, settings: &Obfuscation) -> Span {
        Redactor::new(settings).redact_span(&mut span);
        span
    }

    #[test]
    fn addresses_lose_user_information_and_secrets() {
        let mut span = Span::default();
        span.set(keys::URL_FULL, "https://me:pw@shop.example/a?page=2&api_key=abc");
        let span = redacted(span, &Obfuscation::default());
        assert_eq!(span.get_str(keys::URL_FULL), Some("https://shop.example/a?page=2&<redacted>"));
    }

    #[test]
    fn switched_off_means_untouched() {
        let off = Obfuscation { sql: false, query_string: Some(String::new()) };
        let mut span =
            Span { span_type: "sql".into(), resource: "SELECT 1 FROM t".into(), ..Span::default() };
        span.set(keys::URL_FULL, "https://shop.example/a?api_key=abc");
        let same = redacted(span.clone(), &off);
        assert_eq!(same, span);
    }

    #[test]
    fn no_text_makes_it_fail_and_twice_changes_nothing_more() {
        const PIECES: [&str; 16] = [
            "http://", "//", "@", "?", "#", "=", "&", "token", "%", "%2", "é", "\"", "SET ", "\n", "' OR 1",
            "/*",
        ];
        let mut state = 7u32;
        let mut redactor = Redactor::new(&Obfuscation::default());
        for round in 0..3_000 {
            let text: String = (0..round % 12)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    PIECES[(state >> 28) as usize]
                })
                .collect();
            let mut span =
                Span { span_type: "sql".into(), resource: text.as_str().into(), ..Span::default() };
            span.set(keys::URL_FULL, text.as_str());
            span.set(keys::DB_SYSTEM_NAME, "redis");
            redactor.redact_span(&mut span);
            let once = span.get_str(keys::URL_FULL).map(str::to_string);
            redactor.redact_span(&mut span);
            assert_eq!(span.get_str(keys::URL_FULL).map(str::to_string), once, "{text}");
        }
    }
}
