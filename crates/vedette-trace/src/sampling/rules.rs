//! Rules of trace and span sampling: what they match, and their JSON form.

use serde_json::{Map, Value as Json};
use vedette_model::{Mechanism, Span};

use super::globs::Glob;
use super::tags::{TagName, TagText};

/// Rules in one set: more are skipped with a warning.
const MOST_RULES: usize = 1_000;

/// Which spans a rule is for: all fields that are given must match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matcher {
    service: Option<Glob>,
    name: Option<Glob>,
    resource: Option<Glob>,
    tags: Vec<(TagName, Glob)>,
}

impl Matcher {
    /// Whether `span` matches; `service` is the span's own or the process's.
    pub fn matches(&self, span: &Span, service: &str) -> bool {
        let field = |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|glob| glob.matches(text));
        field(&self.service, service)
            && field(&self.name, &span.name)
            && field(&self.resource, span.resource_or_name())
            && self.tags.iter().all(|(name, glob)| tag_matches(name, glob, span))
    }
}

fn tag_matches(name: &TagName, glob: &Glob, span: &Span) -> bool {
    match name.of(span) {
        Some(TagText::Text(text)) => glob.matches(&text),
        Some(TagText::Fraction(_)) => *glob == Glob::Any,
        None => false,
    }
}

/// A rule of trace sampling: the first that matches the root decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which roots it is for.
    pub matcher: Matcher,
    /// Share of traces to keep, 0 to 1.
    pub sample_rate: f64,
    /// Who wrote it: a local rule, a remote rule of the user, or a remote rule of adaptive sampling.
    pub mechanism: Mechanism,
}

/// A rule of span sampling: keeps single spans of traces that are dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanRule {
    /// Which spans it is for.
    pub matcher: Matcher,
    /// Share of spans to keep, 0 to 1.
    pub sample_rate: f64,
    /// Spans to keep per second; None for no limit.
    pub max_per_second: Option<f64>,
}

/// Reads `DD_TRACE_SAMPLING_RULES`, or the rules of remote configuration (which also have `provenance`).
///
/// Returns the rules and a warning for each entry that was skipped.
///
/// # Errors
/// If the text is not a JSON list.
pub fn parse_rules(json: &str) -> Result<(Vec<Rule>, Vec<String>), String> {
    parse_list(json, |entry| {
        let mechanism = match entry.get("provenance").and_then(Json::as_str) {
            Some("customer") => Mechanism::RemoteUserRule,
            Some("dynamic") => Mechanism::RemoteDynamicRule,
            _ => Mechanism::LocalRule,
        };
        let sample_rate = rate(entry)?.ok_or("has no sample_rate")?;
        Ok(Rule { matcher: matcher(entry)?, sample_rate, mechanism })
    })
}

/// Reads `DD_SPAN_SAMPLING_RULES`.
///
/// Returns the rules and a warning for each entry that was skipped.
///
/// # Errors
/// If the text is not a JSON list.
pub fn parse_span_rules(json: &str) -> Result<(Vec<SpanRule>, Vec<String>), String> {
    parse_list(json, |entry| {
        let max_per_second = number(entry, "max_per_second")?;
        if max_per_second.is_some_and(|most| most < 0.0) {
            return Err("has a negative max_per_second".to_owned());
        }
        Ok(SpanRule { matcher: matcher(entry)?, sample_rate: rate(entry)?.unwrap_or(1.0), max_per_second })
    })
}

fn parse_list<T>(
    json: &str,
    parse: impl Fn(&Map<String, Json>) -> Result<T, String>,
) -> Result<(Vec<T>, Vec<String>), String> {
    if json.trim().is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let parsed: Json = serde_json::from_str(json).map_err(|error| format!("sampling rules: {error}"))?;
    let entries = parsed.as_array().ok_or("sampling rules: not a JSON list")?;
    let (mut rules, mut warnings) = (Vec::new(), Vec::new());
    for (at, entry) in entries.iter().enumerate() {
        let parsed = entry.as_object().ok_or("is not an object".to_owned()).and_then(&parse);
        match parsed {
            Ok(_) if rules.len() >= MOST_RULES => {
                warnings.push(format!("only {MOST_RULES} sampling rules are used"));
                break;
            }
            Ok(rule) => rules.push(rule),
            Err(reason) => warnings.push(format!("sampling rule {} {reason}", at + 1)),
        }
    }
    Ok((rules, warnings))
}

fn rate(entry: &Map<String, Json>) -> Result<Option<f64>, String> {
    match number(entry, "sample_rate")? {
        Some(rate) if !(0.0..=1.0).contains(&rate) => Err(format!("has a sample_rate of {rate}")),
        rate => Ok(rate),
    }
}

/// A number, also if it is written as text.
fn number(entry: &Map<String, Json>, field: &str) -> Result<Option<f64>, String> {
    let parsed = match entry.get(field) {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Number(number)) => number.as_f64(),
        Some(Json::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    parsed.filter(|number| number.is_finite()).map(Some).ok_or(format!("has no number as {field}"))
}

fn matcher(entry: &Map<String, Json>) -> Result<Matcher, String> {
    Ok(Matcher {
        service: glob(entry, "service")?,
        name: glob(entry, "name")?,
        resource: glob(entry, "resource")?,
        tags: tags(entry.get("tags"))?,
    })
}

fn glob(entry: &Map<String, Json>, field: &str) -> Result<Option<Glob>, String> {
    match entry.get(field) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(pattern)) => Ok(Some(Glob::new(pattern))),
        Some(_) => Err(format!("has no text as {field}")),
    }
}

/// `{"key": "glob"}` as in the environment, or `[{"key": ..., "value_glob": ...}]` as in remote configuration.
fn tags(value: Option<&Json>) -> Result<Vec<(TagName, Glob)>, String> {
    let pairs: Option<Vec<(&str, &Json)>> = match value {
        None | Some(Json::Null) => Some(Vec::new()),
        Some(Json::Object(map)) => Some(map.iter().map(|(key, glob)| (key.as_str(), glob)).collect()),
        Some(Json::Array(list)) => {
            list.iter().map(|tag| Some((tag.get("key")?.as_str()?, tag.get("value_glob")?))).collect()
        }
        Some(_) => None,
    };
    let tag = |(key, glob): (&str, &Json)| Some((TagName::new(key), tag_glob(glob)?));
    pairs.and_then(|pairs| pairs.into_iter().map(tag).collect()).ok_or("has unreadable tags".to_owned())
}

fn tag_glob(value: &Json) -> Option<Glob> {
    match value {
        Json::String(pattern) => Some(Glob::new(pattern)),
        Json::Number(number) => Some(Glob::new(&number.to_string())),
        Json::Bool(truth) => Some(Glob::new(if *truth { "true" } else { "false" })),
        _ => None,
    }
}
