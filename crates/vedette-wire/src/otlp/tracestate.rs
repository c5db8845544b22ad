//! The W3C tracestate: a `dd` member with the sampling decision, where OTLP has but one flag, then those of others.

use vedette_model::Chunk;

use crate::decision::mechanism;

/// `dd=s:2;o:rum;t.dm:-3;...`, as the tracer would send it on.
pub(super) fn write(chunk: &Chunk) -> String {
    let mut out = format!("dd=s:{}", chunk.decision.priority);
    if !chunk.origin.is_empty() {
        out.push_str(";o:");
        out.extend(chunk.origin.chars().map(allowed));
    }
    let told = |name: &str| chunk.tags.iter().any(|(tag, _)| tag == name);
    if let (Some(mechanism), false) = (chunk.decision.mechanism, told("_dd.p.dm")) {
        out.push_str(&format!(";t.dm:-{}", mechanism as u8));
    }
    for (name, value) in &chunk.tags {
        if let Some(name) = name.strip_prefix("_dd.p.") {
            out.push_str(&format!(";t.{}:", name));
            out.extend(value.chars().map(allowed));
        }
    }
    if !chunk.tracestate.is_empty() {
        out.push(',');
        out.push_str(&chunk.tracestate);
    }
    out
}

/// Characters that separate are replaced; `=` by one that stands for it.
fn allowed(character: char) -> char {
    match character {
        '=' => '~',
        ',' | ';' | '~' => '_',
        ' '..='~' => character,
        _ => '_',
    }
}

/// Reads `tracestate` into the chunk: the `dd` member, if there is one, and the others as they are.
pub(super) fn read(chunk: &mut Chunk, tracestate: &str) {
    let others = tracestate.split(',').map(str::trim).filter(|member| !member.starts_with("dd="));
    chunk.tracestate = others.collect::<Vec<_>>().join(",").into();
    let Some(member) = tracestate.split(',').find_map(|member| member.trim().strip_prefix("dd=")) else {
        return;
    };
    for (name, value) in member.split(';').filter_map(|pair| pair.split_once(':')) {
        match name {
            "s" => chunk.decision.priority = value.parse().unwrap_or(chunk.decision.priority),
            "o" => chunk.origin = restored(value).into(),
            "t.dm" if mechanism(value).is_some() => chunk.decision.mechanism = mechanism(value),
            _ => tag(chunk, name, value),
        }
    }
}

fn tag(chunk: &mut Chunk, name: &str, value: &str) {
    let Some(name) = name.strip_prefix("t.") else { return };
    if chunk.tags.len() < 64 {
        chunk.tags.push((format!("_dd.p.{name}").into(), restored(value).into()));
    }
}

fn restored(value: &str) -> String {
    value.replace('~', "=")
}
