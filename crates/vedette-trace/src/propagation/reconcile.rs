//! Which of several contexts in one set of headers is continued, and what becomes of the others.

use std::sync::OnceLock;

use vedette_model::{Key, Link, Text, Value};

use super::{b3, baggage, datadog, tracecontext, Behavior, Carrier, Config, Extracted, Remote, Style};

/// Reads trace context and baggage from headers, as `config` says.
///
/// The first valid context in the order of `config.extract` is continued. A later one of the same trace adds what
/// it knows better: W3C headers their tracestate and parent. One of another trace becomes a link.
pub fn extract(config: &Config, carrier: &dyn Carrier) -> Extracted {
    let mut extracted = Extracted::default();
    if config.behavior == Behavior::Ignore {
        return extracted;
    }
    for style in &config.extract {
        if *style == Style::Baggage {
            extracted.baggage = baggage::extract(config, carrier);
        } else if extracted.remote.is_none() || !config.extract_first {
            let found = read(config, *style, carrier);
            take(&mut extracted, found, carrier);
        }
    }
    if let (Some(guard), Some(remote)) = (&config.guard, &mut extracted.remote) {
        guard.watch(remote);
    }
    if config.behavior == Behavior::Restart {
        let remote = extracted.remote.take();
        extracted.links = remote.iter().map(|r| link(r, "propagation_behavior_extract", carrier)).collect();
    }
    extracted
}

fn read(config: &Config, style: Style, carrier: &dyn Carrier) -> Option<Remote> {
    match style {
        Style::Datadog => datadog::extract(config, carrier),
        Style::TraceContext => tracecontext::extract(carrier),
        Style::B3Multi => b3::extract_multi(carrier),
        Style::B3 => b3::extract_single(carrier),
        Style::Baggage | Style::None => None,
    }
}

fn take(extracted: &mut Extracted, found: Option<Remote>, carrier: &dyn Carrier) {
    match (&mut extracted.remote, found) {
        (_, None) => {}
        (first @ None, found) => *first = found,
        (Some(first), Some(found)) if first.trace_id == found.trace_id => merge(first, found),
        (Some(_), Some(found)) => extracted.links.push(link(&found, "terminated_context", carrier)),
    }
}

/// Two contexts of one trace. The W3C parent wins, because every hop rewrites it, while Datadog headers may have
/// passed hops unchanged; the last Datadog span is then kept as a tag.
fn merge(first: &mut Remote, found: Remote) {
    let parents_differ = first.span_id != found.span_id;
    if found.style == Some(Style::TraceContext) {
        first.tracestate = found.tracestate;
        if parents_differ {
            first.parent_tag = found.parent_tag.or(datadog_parent(first));
            first.span_id = found.span_id;
        }
    } else if first.style == Some(Style::TraceContext) && parents_differ && first.parent_tag.is_none() {
        first.parent_tag = datadog_parent(&found);
    }
}

/// The parent as a tag, if Datadog headers told it.
fn datadog_parent(remote: &Remote) -> Option<Text> {
    let told = remote.style == Some(Style::Datadog) && remote.span_id != 0;
    told.then(|| Text::from(format!("{:016x}", remote.span_id)))
}

/// A link to a context that is not continued.
fn link(remote: &Remote, reason: &str, carrier: &dyn Carrier) -> Link {
    let style = remote.style.unwrap_or(Style::None);
    let has_state = style == Style::TraceContext;
    let [reason_key, headers_key] = keys();
    let texts = [(reason_key, reason), (headers_key, style.name())];
    Link {
        trace_id: remote.trace_id,
        span_id: remote.span_id,
        flags: Some(remote.flags()),
        tracestate: if has_state { tracecontext::whole_state(carrier) } else { Text::default() },
        attributes: texts.into_iter().filter_map(|(key, text)| Some((key?, Value::from(text)))).collect(),
    }
}

fn keys() -> [Option<Key>; 2] {
    static KEYS: OnceLock<[Option<Key>; 2]> = OnceLock::new();
    *KEYS.get_or_init(|| [Key::new("reason"), Key::new("context_headers")])
}
