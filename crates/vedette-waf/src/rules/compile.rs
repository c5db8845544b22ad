//! From the JSON of a rule to what is evaluated.

use serde_json::Value;

use super::file::{File, Parameters, RawCondition, RawInput, RawRule};
use super::{output, versions, Condition, Diagnostics, Failure, Input, Owner, Rule, Source};
use crate::detectors::Detector;
use crate::operators::{
    Comparison, Equals, ExactMatch, HiddenAscii, IpMatch, IsShell, IsSqli, IsXss, MatchRegex, Negated,
    Operator, PhraseMatch, TextOperator,
};
use crate::transforms::Transform;

pub(super) type Compiled<T> = Result<T, String>;

pub(super) fn all(file: &File) -> (Vec<Rule>, Vec<Condition>, Diagnostics) {
    let (mut rules, mut conditions, mut diagnostics) = (Vec::new(), Vec::new(), Diagnostics::default());
    for (at, value) in file.rules().enumerate() {
        let id = value.get("id").and_then(Value::as_str).map_or_else(|| format!("#{at}"), str::to_owned);
        if diagnostics.loaded.contains(&id) {
            diagnostics.failed.push(Failure { id, reason: "its id is taken".into() });
            continue;
        }
        match versions::is_meant(value) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(reason) => {
                diagnostics.failed.push(Failure { id, reason });
                continue;
            }
        }
        match rule(value, file, rules.len(), conditions.len()) {
            Ok((rule, mut own)) => {
                rules.push(rule);
                conditions.append(&mut own);
                diagnostics.loaded.push(id);
            }
            Err(reason) => diagnostics.failed.push(Failure { id, reason }),
        }
    }
    (rules, conditions, diagnostics)
}

fn rule(value: &Value, file: &File, number: usize, first: usize) -> Compiled<(Rule, Vec<Condition>)> {
    let raw = RawRule::deserialize_from(value)?;
    if raw.conditions.is_empty() {
        return Err("it has no conditions".into());
    }
    let conditions: Vec<Condition> = raw
        .conditions
        .iter()
        .map(|one| condition(one, &raw.transformers, file, Owner::Rule(number)))
        .collect::<Compiled<_>>()?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rule = Rule {
        at_sink: conditions.iter().any(|condition| matches!(condition.operator, Operator::Sink(_))),
        conditions: first..first + conditions.len(),
        id: raw.id,
        name: raw.name,
        tags: raw.tags.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
        on_match: raw.on_match,
        output: output::read(raw.output)?,
        enabled: raw.enabled,
        exclusions: Vec::new(),
    };
    Ok((rule, conditions))
}

impl RawRule {
    fn deserialize_from(value: &Value) -> Compiled<RawRule> {
        serde::Deserialize::deserialize(value).map_err(|error: serde_json::Error| error.to_string())
    }
}

pub(super) fn condition(
    raw: &RawCondition,
    transformers: &[String],
    file: &File,
    owner: Owner,
) -> Compiled<Condition> {
    let operator = operator(raw, file)?;
    let at_sink = matches!(operator, Operator::Sink(_));
    let parameters = &raw.parameters;
    let inputs = if at_sink { &parameters.resource } else { &parameters.inputs };
    if inputs.is_empty() {
        return Err(format!("{} has no inputs", raw.operator));
    }
    let inputs = inputs.iter().map(|input| self::input(input, transformers)).collect::<Compiled<_>>()?;
    Ok(Condition { owner, operator, inputs })
}

/// An input's own transformers replace those of its rule.
pub(super) fn input(raw: &RawInput, transformers: &[String]) -> Compiled<Input> {
    let names = if raw.transformers.is_empty() { transformers } else { &raw.transformers };
    let is_source = |name: &&String| matches!(name.as_str(), "keys_only" | "values_only");
    let transform =
        |name: &String| Transform::named(name).ok_or_else(|| format!("unknown transformer {name:?}"));
    let keys = names.iter().any(|name| name == "keys_only");
    Ok(Input {
        address: raw.address.clone(),
        key_path: raw.key_path.clone(),
        source: if keys { Source::Keys } else { Source::Values },
        transforms: names.iter().filter(|name| !is_source(name)).map(transform).collect::<Compiled<_>>()?,
    })
}

fn operator(raw: &RawCondition, file: &File) -> Compiled<Operator> {
    let parameters = &raw.parameters;
    let value = || parameters.value.as_ref().ok_or_else(|| format!("{} has no value", raw.operator));
    // What follows `@` is the version of an operator: newer ones report more, and mean the same.
    match raw.operator.split('@').next().unwrap_or_default() {
        "equals" => Equals::new(value()?, false).map(Operator::Equals),
        "!equals" => Equals::new(value()?, true).map(Operator::Equals),
        "greater_than" => Comparison::new(value()?, true).map(Operator::Compares),
        "lower_than" => Comparison::new(value()?, false).map(Operator::Compares),
        "exists" => Ok(Operator::Exists),
        "!exists" => Ok(Operator::Absent),
        name if Detector::is_known(name) => detector(name, parameters).map(Operator::Sink),
        name => match name.strip_prefix('!') {
            Some(positive) => text_operator(positive, parameters, file)
                .map(|operator| Operator::Text(Box::new(Negated::new(name, operator)))),
            None => text_operator(name, parameters, file).map(Operator::Text),
        },
    }
}

fn text_operator(name: &str, parameters: &Parameters, file: &File) -> Compiled<Box<dyn TextOperator>> {
    let options = &parameters.options;
    Ok(match name {
        "match_regex" => {
            let regex = parameters.regex.as_deref().ok_or("match_regex has no regex")?;
            Box::new(MatchRegex::new(regex, options.case_sensitive, options.min_length)?)
        }
        "phrase_match" => {
            let list: Vec<String> = list(parameters, file)?.into_iter().map(|(text, _)| text).collect();
            Box::new(PhraseMatch::new(&list, options.enforce_word_boundary)?)
        }
        "exact_match" => Box::new(ExactMatch::new(list(parameters, file)?)),
        "ip_match" => Box::new(addresses(parameters, file)?),
        "is_shell" => Box::new(IsShell),
        "is_sqli" => Box::new(IsSqli),
        "is_xss" => Box::new(IsXss),
        "hidden_ascii_match" => Box::new(HiddenAscii),
        other => return Err(format!("unknown operator {other:?}")),
    })
}

/// Bad entries of a rule's own list are errors; of a list that is data, they are told of and left out.
fn addresses(parameters: &Parameters, file: &File) -> Compiled<IpMatch> {
    let list = list(parameters, file)?;
    let (addresses, bad) = IpMatch::new(&list);
    let Some(first) = bad.first() else { return Ok(addresses) };
    let reason = format!("not an address or network: {first:?}, and {} more", bad.len() - 1);
    match &parameters.data {
        Some(id) if parameters.list.is_none() => file.complain(id, reason),
        _ => return Err(reason),
    }
    Ok(addresses)
}

/// The values, each with the time until which it counts. A list that was not sent yet is empty: the rule is there for
/// when it comes.
fn list(parameters: &Parameters, file: &File) -> Compiled<Vec<(String, u64)>> {
    if let Some(list) = &parameters.list {
        return Ok(list.iter().map(|text| (text.clone(), u64::MAX)).collect());
    }
    let id = parameters.data.as_deref().ok_or("it has neither list nor data")?;
    Ok(file.data(id))
}

fn detector(name: &str, parameters: &Parameters) -> Compiled<Detector> {
    if parameters.params.is_empty() {
        return Err(format!("{name} has no params"));
    }
    let inputs = |list: &[RawInput]| list.iter().map(|raw| input(raw, &[])).collect::<Compiled<Vec<Input>>>();
    let (params, context) = (inputs(&parameters.params)?, inputs(&parameters.db_type)?);
    Detector::named(name, params, context).ok_or_else(|| format!("unknown operator {name:?}"))
}
