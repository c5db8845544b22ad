//! Datadog headers: decimal ids, priority, origin, and a list of `_dd.p.*` tags.

use std::borrow::Cow;

use vedette_model::Text;

use super::{hex, Carrier, Config, Outgoing, OutgoingTags, Remote, Style, DM, TAG_PREFIX, TID};

const TRACE_ID: &str = "x-datadog-trace-id";
const PARENT_ID: &str = "x-datadog-parent-id";
const PRIORITY: &str = "x-datadog-sampling-priority";
const ORIGIN: &str = "x-datadog-origin";
const TAGS: &str = "x-datadog-tags";

/// Reads the context. None without a valid trace id, or with a parent id that is no number; a parent id that is
/// missing or 0 is what Synthetics and RUM send.
pub(super) fn extract(config: &Config, carrier: &dyn Carrier) -> Option<Remote> {
    let low = hex::decimal(&carrier.get(TRACE_ID)?).filter(|id| *id != 0)?;
    let span_id = match carrier.get(PARENT_ID) {
        Some(text) => hex::decimal(&text)?,
        None => 0,
    };
    let priority = carrier.get(PRIORITY).and_then(|text| text.trim().parse().ok());
    let origin = carrier.get(ORIGIN).map_or(Text::default(), |text| Text::new(text.trim()));
    let style = Some(Style::Datadog);
    let mut remote = Remote { trace_id: low.into(), span_id, priority, origin, style, ..Remote::default() };
    if let Some(header) = carrier.get(TAGS) {
        read_tags(&mut remote, &header, config.tags_header_max);
    }
    Some(remote)
}

/// Reads `_dd.p.*` pairs; others are not ours to carry on. A malformed pair costs itself, nothing else.
fn read_tags(remote: &mut Remote, header: &str, longest: usize) {
    if header.len() > longest {
        let off = longest == 0;
        remote.problem = Some(if off { "disabled" } else { "extract_max_size" });
        return;
    }
    for pair in header.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some((key, value)) if valid_key(key) && valid_value(value) => read_tag(remote, key, value),
            _ => remote.problem = Some("decoding_error"),
        }
    }
}

fn read_tag(remote: &mut Remote, key: &str, value: &str) {
    match key {
        TID => match Some(value).filter(|text| text.len() == 16).and_then(hex::any) {
            Some(high) => remote.trace_id |= high << 64,
            None => remote.problem = Some("malformed_tid"),
        },
        DM if !valid_decision_maker(value) => remote.problem = Some("decoding_error"),
        _ if !key.starts_with(TAG_PREFIX) => {}
        _ if remote.tags.iter().any(|(known, _)| known == key) => {}
        _ => remote.tags.push((Text::new(key), Text::new(value))),
    }
}

/// A minus, then digits.
pub(super) fn valid_decision_maker(value: &str) -> bool {
    value.strip_prefix('-').is_some_and(|digits| {
        !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn valid_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| matches!(byte, 0x21..=0x7e) && byte != b',' && byte != b'=')
}

fn valid_value(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && byte != b',')
}

/// Writes the headers; returns what kept the tags from being written.
pub(super) fn inject(
    outgoing: &Outgoing<'_>,
    tags: &OutgoingTags<'_>,
    longest: usize,
    line: &mut String,
    set: &mut dyn FnMut(&'static str, &str),
) -> Option<&'static str> {
    let mut number = itoa::Buffer::new();
    set(TRACE_ID, number.format(outgoing.trace_id as u64));
    set(PARENT_ID, number.format(outgoing.span_id));
    if let Some(priority) = outgoing.priority {
        set(PRIORITY, number.format(priority));
    }
    if !outgoing.origin.is_empty() {
        set(ORIGIN, &header_safe(outgoing.origin));
    }
    let problem = write_tags(line, outgoing, tags);
    if line.is_empty() {
        return problem;
    }
    if line.len() > longest {
        return Some(if longest == 0 { "disabled" } else { "inject_max_size" });
    }
    set(TAGS, line);
    problem
}

/// The tags into `line`; those that would break the header are left out.
fn write_tags(line: &mut String, outgoing: &Outgoing<'_>, tags: &OutgoingTags<'_>) -> Option<&'static str> {
    line.clear();
    let mut problem = None;
    for (key, value) in tags.iter().filter(|(key, _)| *key != TID) {
        if !key.starts_with(TAG_PREFIX) || !valid_key(key) || !valid_value(value) {
            problem = Some("encoding_error");
            continue;
        }
        push_pair(line, key, value);
    }
    let high = (outgoing.trace_id >> 64) as u64;
    if high != 0 {
        push_pair(line, TID, "");
        hex::push64(line, high);
    }
    problem
}

fn push_pair(line: &mut String, key: &str, value: &str) {
    if !line.is_empty() {
        line.push(',');
    }
    line.push_str(key);
    line.push('=');
    line.push_str(value);
}

/// The text without what must not be in a header: an origin may have come from a user's code.
fn header_safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '_' }).collect())
}
