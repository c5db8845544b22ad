//! B3 (<https://github.com/openzipkin/b3-propagation>): in one header `b3`, or in several `x-b3-*`.

use super::{hex, Carrier, Outgoing, Remote, Style};

const SINGLE: &str = "b3";
const TRACE_ID: &str = "x-b3-traceid";
const SPAN_ID: &str = "x-b3-spanid";
const SAMPLED: &str = "x-b3-sampled";
const FLAGS: &str = "x-b3-flags";

/// Reads `{trace id}-{span id}[-{sampled}[-{parent}]]`. A decision without ids is no context.
pub(super) fn extract_single(carrier: &dyn Carrier) -> Option<Remote> {
    let header = carrier.get(SINGLE)?;
    let mut fields = header.trim().split('-');
    let (trace_id, span_id) = (fields.next()?, fields.next()?);
    context(trace_id, span_id, fields.next().and_then(priority), Style::B3)
}

/// Reads `x-b3-traceid`, `x-b3-spanid` and one of `x-b3-sampled`, `x-b3-flags`.
pub(super) fn extract_multi(carrier: &dyn Carrier) -> Option<Remote> {
    let (trace_id, span_id) = (carrier.get(TRACE_ID)?, carrier.get(SPAN_ID)?);
    let debug = carrier.get(FLAGS).is_some_and(|flags| flags.trim() == "1");
    let told =
        if debug { Some(2) } else { carrier.get(SAMPLED).and_then(|sampled| priority(sampled.trim())) };
    context(trace_id.trim(), span_id.trim(), told, Style::B3Multi)
}

fn context(trace_id: &str, span_id: &str, priority: Option<i8>, style: Style) -> Option<Remote> {
    let trace_id = hex::any(trace_id).filter(|id| *id != 0)?;
    let span_id = hex::any(span_id).and_then(|id| u64::try_from(id).ok()).filter(|id| *id != 0)?;
    Some(Remote { trace_id, span_id, priority, style: Some(style), ..Remote::default() })
}

/// Debug is a keep that nobody may overrule.
fn priority(sampled: &str) -> Option<i8> {
    match sampled {
        "1" | "true" => Some(1),
        "0" | "false" => Some(0),
        "d" => Some(2),
        _ => None,
    }
}

/// Writes `b3`.
pub(super) fn inject_single(
    outgoing: &Outgoing<'_>,
    line: &mut String,
    set: &mut dyn FnMut(&'static str, &str),
) {
    line.clear();
    push_trace_id(line, outgoing);
    line.push('-');
    hex::push64(line, outgoing.span_id);
    if let Some(priority) = outgoing.priority {
        line.push('-');
        line.push_str(sampled(priority));
    }
    set(SINGLE, line);
}

/// Writes `x-b3-*`.
pub(super) fn inject_multi(
    outgoing: &Outgoing<'_>,
    line: &mut String,
    set: &mut dyn FnMut(&'static str, &str),
) {
    line.clear();
    push_trace_id(line, outgoing);
    set(TRACE_ID, line);
    line.clear();
    hex::push64(line, outgoing.span_id);
    set(SPAN_ID, line);
    if let Some(priority) = outgoing.priority {
        set(SAMPLED, sampled(priority));
    }
}

fn push_trace_id(line: &mut String, outgoing: &Outgoing<'_>) {
    if outgoing.trace_id >> 64 == 0 {
        hex::push64(line, outgoing.trace_id as u64);
    } else {
        hex::push128(line, outgoing.trace_id);
    }
}

fn sampled(priority: i8) -> &'static str {
    if priority > 0 {
        "1"
    } else {
        "0"
    }
}
