//! W3C Trace Context (<https://www.w3.org/TR/trace-context/>): `traceparent`, and `tracestate` with our `dd` member.

use std::fmt::Write;

use vedette_model::{SpanId, Text, TraceId};

use super::datadog::valid_decision_maker;
use super::{hex, Carrier, Outgoing, OutgoingTags, Remote, Style, DM, TAG_PREFIX, TID};

const PARENT: &str = "traceparent";
const STATE: &str = "tracestate";
/// Members of a tracestate (section 3.3.1.1).
const MOST_MEMBERS: usize = 32;
/// Bytes of our member, value and key (section 3.3.1.5 asks for members of up to 256 to be carried on).
const MEMBER_BYTES: usize = 256;
/// Bytes of a tracestate that are looked at; nobody has to carry more than 512 on.
const STATE_BYTES: usize = 8192;

/// Reads the context. None without a valid `traceparent`; the `tracestate` is then ignored too.
pub(super) fn extract(carrier: &dyn Carrier) -> Option<Remote> {
    let (trace_id, span_id, sampled) = parse_parent(&carrier.get(PARENT)?)?;
    let mut remote = Remote { trace_id, span_id, style: Some(Style::TraceContext), ..Remote::default() };
    let mut told = None;
    if let Some(state) = carrier.get(STATE) {
        let (own, foreign) = split_state(&state);
        remote.tracestate = foreign;
        told = own.and_then(|member| read_dd(&mut remote, member));
    }
    settle_priority(&mut remote, told, sampled);
    Some(remote)
}

/// Trace id, span id and sampled flag of a `traceparent` (section 3.2).
pub fn parse_parent(header: &str) -> Option<(TraceId, SpanId, bool)> {
    let header = header.trim_matches([' ', '\t']);
    let fields = header.get(..55)?;
    let version = hex::lower(fields.get(..2)?)?;
    let longer = header.len() > 55;
    let allowed = version != 0xff && (!longer || version != 0 && header.as_bytes()[55] == b'-');
    let dashes = [2, 35, 52].iter().all(|at| fields.as_bytes()[*at] == b'-');
    if !allowed || !dashes {
        return None;
    }
    let trace_id = hex::lower(fields.get(3..35)?)?;
    let span_id = hex::lower(fields.get(36..52)?)? as u64;
    let flags = hex::lower(fields.get(53..55)?)?;
    (trace_id != 0 && span_id != 0).then_some((trace_id, span_id, flags & 1 == 1))
}

/// Our member's value and the other members, in order. Members that break the header's grammar are dropped.
fn split_state(state: &str) -> (Option<&str>, Text) {
    let mut own = None;
    let mut foreign = Text::default();
    let state = vedette_model::limits::cut_text(state, STATE_BYTES);
    for member in state.split(',').map(|member| member.trim_matches([' ', '\t'])) {
        match member.split_once('=') {
            Some(("dd", value)) => own = own.or(Some(value)),
            Some((key, _)) if !key.is_empty() && printable(member) => push_member(&mut foreign, member),
            _ => {}
        }
    }
    (own, foreign)
}

fn push_member(line: &mut Text, member: &str) {
    if !line.is_empty() {
        line.push(',');
    }
    line.push_str(member);
}

fn printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// Reads our member into `remote`; returns the priority it tells.
fn read_dd(remote: &mut Remote, member: &str) -> Option<i8> {
    let mut priority = None;
    for field in member.split(';') {
        match field.trim_matches([' ', '\t']).split_once(':') {
            Some(("s", value)) => priority = value.parse().ok(),
            Some(("o", value)) => remote.origin = decoded(value),
            Some(("p", value)) => remote.parent_tag = parent_tag(value),
            Some((key, value)) => read_tag(remote, key, value),
            None => {}
        }
    }
    priority
}

fn parent_tag(value: &str) -> Option<Text> {
    (value.len() == 16 && hex::lower(value).is_some()).then(|| Text::new(value))
}

/// `t.<name>` becomes `_dd.p.<name>`; the upper half of the trace id is never taken from here.
fn read_tag(remote: &mut Remote, key: &str, value: &str) {
    let Some(name) = key.strip_prefix("t.").filter(|name| !name.is_empty() && *name != "tid") else { return };
    let value = decoded(value);
    let mut key = Text::const_new(TAG_PREFIX);
    key.push_str(name);
    let wrong = value.is_empty() || key == DM && !valid_decision_maker(&value);
    if !wrong && printable(&key) && printable(&value) && !remote.tags.iter().any(|(known, _)| *known == key) {
        remote.tags.push((key, value));
    }
}

fn decoded(value: &str) -> Text {
    if value.contains('~') {
        value.chars().map(|c| if c == '~' { '=' } else { c }).collect()
    } else {
        Text::new(value)
    }
}

/// The flag and our member must agree; where they do not, somebody between decided anew, and the flag is right.
fn settle_priority(remote: &mut Remote, told: Option<i8>, sampled: bool) {
    let told = told.filter(|priority| (*priority > 0) == sampled);
    remote.priority = Some(told.unwrap_or(i8::from(sampled)));
    if told.is_none() {
        remote.tags.retain(|(key, _)| key != DM);
        if sampled {
            remote.tags.insert(0, (Text::const_new(DM), Text::const_new("-0")));
        }
    }
}

/// The header of a carrier as a whole, our member first: for links. Empty if there is none.
pub(super) fn whole_state(carrier: &dyn Carrier) -> Text {
    let Some(state) = carrier.get(STATE) else { return Text::default() };
    let (own, foreign) = split_state(&state);
    let Some(own) = own.filter(|member| printable(member)) else { return foreign };
    let mut whole = Text::const_new("dd=");
    whole.push_str(own);
    if !foreign.is_empty() {
        push_member(&mut whole, &foreign);
    }
    whole
}

/// Writes both headers.
pub(super) fn inject(
    outgoing: &Outgoing<'_>,
    tags: &OutgoingTags<'_>,
    line: &mut String,
    set: &mut dyn FnMut(&'static str, &str),
) {
    line.clear();
    line.push_str("00-");
    hex::push128(line, outgoing.trace_id);
    line.push('-');
    hex::push64(line, outgoing.span_id);
    line.push_str(if outgoing.priority.unwrap_or(0) > 0 { "-01" } else { "-00" });
    set(PARENT, line);
    line.clear();
    start_dd(line, outgoing.priority, outgoing.origin);
    push_field(line, "p:", "");
    hex::push64(line, outgoing.span_id);
    push_tags(line, tags.iter());
    append_foreign(line, outgoing.tracestate);
    set(STATE, line);
}

/// Writes a `dd` member from its parts; nothing if all are empty.
pub(super) fn write_dd(
    line: &mut String,
    priority: Option<i8>,
    origin: &str,
    parent: Option<&str>,
    tags: &[(Text, Text)],
) {
    start_dd(line, priority, origin);
    if let Some(parent) = parent {
        push_field(line, "p:", parent);
    }
    push_tags(line, tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    if line == "dd=" {
        line.clear();
    }
}

fn start_dd(line: &mut String, priority: Option<i8>, origin: &str) {
    line.push_str("dd=");
    if let Some(priority) = priority {
        push_field(line, "s:", itoa::Buffer::new().format(priority));
    }
    if !origin.is_empty() {
        push_field(line, "o:", "");
        push_encoded(line, origin, |c| c);
    }
}

fn push_field(line: &mut String, name: &str, value: &str) {
    if line.len() > 3 {
        line.push(';');
    }
    line.push_str(name);
    line.push_str(value);
}

/// The tags as `t.<name>:<value>`; from the first that does not fit, the rest is left out.
fn push_tags<'t>(line: &mut String, tags: impl Iterator<Item = (&'t str, &'t str)>) {
    for (key, value) in tags.filter(|(key, _)| *key != TID) {
        let Some(name) = key.strip_prefix(TAG_PREFIX) else { continue };
        let before = line.len();
        push_field(line, "t.", "");
        push_encoded(line, name, |c| if matches!(c, ' ' | '=' | ':') { '_' } else { c });
        line.push(':');
        push_encoded(line, value, |c| c);
        if line.len() > MEMBER_BYTES {
            line.truncate(before);
            break;
        }
    }
}

/// Appends a text with what a member may not hold replaced: "=" by "~", others by "_".
fn push_encoded(line: &mut String, text: &str, first: impl Fn(char) -> char) {
    line.extend(text.chars().map(|c| match first(c) {
        '=' => '~',
        ',' | ';' | '~' => '_',
        c @ ' '..='}' => c,
        _ => '_',
    }));
}

/// Appends other vendors' members as far as they fit beside ours; the last ones fall out.
pub(super) fn append_foreign(line: &mut String, foreign: &str) {
    let members = foreign.split(',').map(str::trim).filter(|member| !member.is_empty());
    let room = if line.is_empty() { MOST_MEMBERS } else { MOST_MEMBERS - 1 };
    for member in members.filter(|member| !member.starts_with("dd=") && printable(member)).take(room) {
        let comma = if line.is_empty() { "" } else { "," };
        let _ = write!(line, "{comma}{member}");
    }
}
