//! Secrets in query strings, found by one regular expression (behaviour of `DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP`).

use std::borrow::Cow;

use regex::Regex;

/// What a secret becomes.
const REDACTED: &str = "<redacted>";

/// Finds secrets. The expression is compiled with the first query string.
pub(super) struct Secrets {
    pattern: Pattern,
    complaint: Option<String>,
}

enum Pattern {
    Off,
    BuiltIn,
    Custom(String),
    Ready(Box<Regex>),
}

impl Secrets {
    /// None for the built-in expression, an empty one for none.
    pub fn new(custom: Option<&str>) -> Secrets {
        let pattern = match custom {
            None => Pattern::BuiltIn,
            Some("") => Pattern::Off,
            Some(custom) => Pattern::Custom(custom.to_string()),
        };
        Secrets { pattern, complaint: None }
    }

    /// The query string with its secrets hidden.
    pub fn redact<'a>(&mut self, query: &'a str) -> Cow<'a, str> {
        if query.is_empty() {
            return Cow::Borrowed(query);
        }
        match self.regex() {
            None => Cow::Borrowed(query),
            Some(regex) => regex.replace_all(query, regex::NoExpand(REDACTED)),
        }
    }

    /// Why the custom expression is not used, if it is not; told once.
    pub fn complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }

    fn regex(&mut self) -> Option<&Regex> {
        let ready = match &self.pattern {
            Pattern::Off | Pattern::Ready(_) => None,
            Pattern::BuiltIn => Some(Regex::new(&built_in())),
            Pattern::Custom(custom) => Some(Regex::new(custom)),
        };
        if let Some(compiled) = ready {
            self.pattern = self.take(compiled);
        }
        match &self.pattern {
            Pattern::Ready(regex) => Some(regex),
            _ => None,
        }
    }

    /// A custom expression that is none is replaced by the built-in one: rather too much hidden than nothing.
    fn take(&mut self, compiled: Result<Regex, regex::Error>) -> Pattern {
        let compiled = compiled.or_else(|error| {
            self.complaint = Some(format!("regular expression for query strings: {error}"));
            Regex::new(&built_in())
        });
        compiled.map_or(Pattern::Off, |regex| Pattern::Ready(Box::new(regex)))
    }
}

/// Quotes, blanks and separators as they are, or percent-encoded.
const QUOTE: &str = r#"(?:["']|%2[27])"#;
const BLANK: &str = r"(?:\s|\+|%20)";
const EQUALS: &str = r"(?:=|:|%3d|%3a)";
/// A value ends where a pair, a JSON text or a list does: `"`, `&`, `'`, `,`, encoded or not.
const VALUE: &str = r#"(?:[^%&;,"'\s]|%(?:[013-9a-f][0-9a-f]|2[013-589abd-f]))+"#;

/// Names whose values are secrets, after a prefix such as `user_` or `user[`, and before a `]`.
const NAMES: &[&str] = &[
    r"pass(?:word|wd|phrase|code|wort)?|pwd?|psswd",
    r"secrets?|credentials?|cred",
    r"(?:[a-z]+[-_.]?)?(?:api|access|private|public|secret|consumer|app(?:lication)?|auth|account|encryption|signing)[-_.]?key(?:[-_.]?(?:id|secret|data))?",
    r"(?:access|auth|refresh|id|bearer|session|csrf|xsrf|oauth|api|security|device)?[-_.]?tokens?",
    r"consumer[-_.]?(?:id|secret)|client[-_.]?secret",
    r"sign(?:ed|ature)?|sig|hmac",
    r"auth(?:entication|orization)?|oauth|jwt|otp|bearer",
    r"session[-_.]?id|jsessionid|phpsessid|sid",
];

/// Secrets that are known by their own form, whatever the name.
const FORMS: &[&str] = &[
    r"\bbearer(?:\s|\+|%20)+[a-z0-9._~+/=%-]+",
    // A JSON web token: its header begins with {" in base64.
    r"\beyJ[a-z0-9_-]{6,}\.[a-z0-9_-]{6,}(?:\.[a-z0-9_-]+)?",
    r"\bgh[oprsu]_[a-z0-9]{30,}|\bgithub_pat_[a-z0-9_]{30,}|\bglpat-[a-z0-9_-]{20,}|\bxox[abprs]-[a-z0-9-]{10,}",
    r"\b(?:akia|asia)[a-z0-9]{16}\b",
    r"-{5}BEGIN(?:[a-z\s+]|%20)*PRIVATE(?:\s|\+|%20)KEY-{5}[^-&]+(?:-{5}END[^-&]*-{5})?",
    r"\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-[a-z0-9]+)(?:\s|\+|%20)+[a-z0-9/+=%]{20,}",
];

fn built_in() -> String {
    let names = NAMES.join("|");
    let prefix = r"(?:\b|%[0-9a-f]{2})(?:[a-z0-9]+(?:[-_.\[]|%5b))*";
    let pair = format!(r"{prefix}(?:{names})(?:\]|%5d)?{QUOTE}?{BLANK}*{EQUALS}{BLANK}*{QUOTE}?{VALUE}");
    format!("(?i){}|{pair}", FORMS.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_every_kind_are_hidden() {
        let cases = [
            ("password=abc", "<redacted>"),
            ("a=1&password=abc&b=2", "a=1&<redacted>&b=2"),
            ("pwd=x&user_password=y&pass=z", "<redacted>&<redacted>&<redacted>"),
            ("user%5Bpassword%5D=x&user[password]=y", "<redacted>&<redacted>"),
            ("token=abc&access_token=d&refresh-token=e", "<redacted>&<redacted>&<redacted>"),
            ("key=visible&api_key=a&apikey=b&x-api-key=c", "key=visible&<redacted>&<redacted>&<redacted>"),
            ("application_key=123", "<redacted>"),
            ("private_key=1&public_key=2&secret_key=3", "<redacted>&<redacted>&<redacted>"),
            ("consumer_id=1&consumer_secret=2&client_secret=3", "<redacted>&<redacted>&<redacted>"),
            ("X-Amz-Signature=abc&X-Amz-Date=now", "<redacted>&X-Amz-Date=now"),
            ("sign=abc&signature=def&signed=ghi", "<redacted>&<redacted>&<redacted>"),
            ("authorization=Bearer%20abc.def", "<redacted>"),
            ("q=bearer abc&x=1", "q=<redacted>&x=1"),
            ("q=BEARER+abc", "q=<redacted>"),
            ("q=token:0123456789abc", "q=<redacted>"),
            ("q=token%3A0123456789abc&x=1", "q=<redacted>&x=1"),
            (r#"json={"sign": "0x03cb9f67","x":1}"#, r#"json={"<redacted>","x":1}"#),
            ("json=%7B%22sign%22%3A%20%22abc%22%2C%22x%22%3A1%7D", "json=%7B<redacted>%22%2C%22x%22%3A1%7D"),
            ("q=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl&x=1", "q=<redacted>&x=1"),
            ("q=ghp_0123456789abcdefghij0123456789abcdef", "q=<redacted>"),
            ("k=ssh-rsa%20AAAAB3NzaC1yc2EAAAADAQABAAABAQ&x=1", "k=<redacted>&x=1"),
            (
                "k=-----BEGIN%20RSA%20PRIVATE%20KEY-----MIIEpA-----END%20RSA%20PRIVATE%20KEY-----&x=1",
                "k=<redacted>&x=1",
            ),
        ];
        let mut secrets = Secrets::new(None);
        for (query, expected) in cases {
            assert_eq!(secrets.redact(query), expected, "{query}");
        }
        assert_eq!(secrets.complaint(), None);
    }

    #[test]
    fn ordinary_parameters_stay() {
        let mut secrets = Secrets::new(None);
        for query in [
            "page=2&sort=name",
            "compass=north&design=flat&passenger=2",
            "keyword=shoes&key=abc",
            "tokenize=1&signal=2",
            "author=ann&authority=x",
            "q=how to sign a paper",
            "id=42&side=left",
            "",
        ] {
            assert_eq!(secrets.redact(query), query);
        }
    }

    #[test]
    fn a_custom_expression_replaces_the_built_in_one() {
        let mut secrets = Secrets::new(Some("(?i)card=[0-9]+"));
        assert_eq!(secrets.redact("CARD=4111&token=a"), "<redacted>&token=a");
        let mut off = Secrets::new(Some(""));
        assert_eq!(off.redact("token=a"), "token=a");
    }

    #[test]
    fn a_broken_expression_falls_back_and_is_told() {
        let mut secrets = Secrets::new(Some("(?<!x)y"));
        assert_eq!(secrets.redact("token=a"), "<redacted>");
        assert!(secrets.complaint().unwrap().contains("look-around"));
    }
}
