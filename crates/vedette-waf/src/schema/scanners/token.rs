//! Tokens and keys that carry a mark: JSON web tokens (RFC 7519), private keys (RFC 7468), and those of services that
//! publish how theirs begin.

use crate::schema::classes::{credential, Class};
use crate::schema::words::Words;

/// How a token begins, how many letters it has at least, and what it is.
const MARKED: &[(&str, usize, &str)] = &[
    ("AKIA", 20, "aws_access_key"),
    ("ASIA", 20, "aws_access_key"),
    ("AIza", 39, "google_api_key"),
    ("ghp_", 36, "github_token"),
    ("gho_", 36, "github_token"),
    ("ghs_", 36, "github_token"),
    ("github_pat_", 40, "github_token"),
    ("glpat-", 20, "gitlab_token"),
    ("npm_", 36, "npm_token"),
    ("pypi-", 40, "pypi_token"),
    ("sk_live_", 24, "stripe_key"),
    ("rk_live_", 24, "stripe_key"),
    ("xoxb-", 24, "slack_token"),
    ("xoxp-", 24, "slack_token"),
];

pub fn scan(_: &Words, text: &str) -> Option<Class> {
    let bare = text.strip_prefix("Bearer ").unwrap_or(text);
    if is_jwt(bare) {
        return Some(credential("json_web_token"));
    }
    if text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some(credential("private_key"));
    }
    let is_plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let marked = |(begin, least, _): &&(&str, usize, &str)| {
        bare.starts_with(begin) && bare.len() >= *least && is_plain(bare)
    };
    MARKED.iter().find(marked).map(|(_, _, kind)| credential(kind))
}

/// Three parts in base64url, the first two of which begin as JSON objects do (`{"`).
fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let is_plain =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-=".contains(&byte));
    header.starts_with("eyJ")
        && payload.starts_with("eyJ")
        && is_plain(header)
        && is_plain(payload)
        && is_plain(signature)
}
