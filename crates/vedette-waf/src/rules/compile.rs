//! From the JSON of a rule to what is evaluated.

use serde_json::Value;

use super::file::{File, Parameters, RawCondition, RawInput, RawRule};
use super::{Condition, Diagnostics, Failure, Input, Rule, Source};
use crate::detectors::Detector;
use crate::operators::{
    Equals, ExactMatch, IpMatch, IsSqli, IsXss, MatchRegex, Operator, PhraseMatch, TextOperator,
};
use crate::transforms::Transform;

type Compiled<T> = Result<T, String>;

pub(super) fn all(file: &File) -> (Vec<Rule>, Vec<Condition>, Diagnostics) {
    let (mut rules, mut conditions, mut diagnostics) = (Vec::new(), Vec::new(), Diagnostics::default());
    for (at, value) in file.rules().enumerate() {
        let id = value.get("id").and_then(Value::as_str).map_or_else(|| format!("#{at}"), str::to_owned);
        if diagnostics.loaded.contains(&id) {
            diagnostics.failed.push(Failure { id, reason: "its id is taken".into() });
            continue;
        }
        match rule(value, file, rules.len(), conditions.len()) {
            Ok(None) => {}
            Ok(Some((rule, mut own))) => {
                rules.push(rule);
                conditions.append(&mut own);
                diagnostics.loaded.push(id);
            }
            Err(reason) => diagnostics.failed.push(Failure { id, reason }),
        }
    }
    (rules, conditions, diagnostics)
}

/// None for a rule that is switched off.
fn rule(value: &Value, file: &File, number: usize, first: usize) -> Compiled<Option<(Rule, Vec<Condition>)>> {
    let raw = RawRule::deserialize_from(value)?;
    if !raw.enabled {
        return Ok(None);
    }
    if raw.conditions.is_empty() {
        return Err("it has no conditions".into());
    }
    let conditions: Vec<Condition> = raw
        .conditions
        .iter()
        .map(|one| condition(one, &raw.transformers, file, number))
        .collect::<Compiled<_>>()?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rule = Rule {
        at_sink: conditions.iter().any(|condition| matches!(condition.operator, Operator::Sink(_))),
        conditions: first..first + conditions.len(),
        id: raw.id,
        name: raw.name,
        tags: raw.tags.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
        on_match: raw.on_match,
    };
    Ok(Some((rule, conditions)))
}

impl RawRule {
    fn deserialize_from(value: &Value) -> Compiled<RawRule> {
        serde::Deserialize::deserialize(value).map_err(|error: serde_json::Error| error.to_string())
    }
}

fn condition(raw: &RawCondition, transformers: &[String], file: &File, rule: usize) -> Compiled<Condition> {
    let operator = operator(raw, file)?;
    let at_sink = matches!(operator, Operator::Sink(_));
    let parameters = &raw.parameters;
    let inputs = if at_sink { &parameters.resource } else { &parameters.inputs };
    if inputs.is_empty() {
        return Err(format!("{} has no inputs", raw.operator));
    }
    let inputs = inputs.iter().map(|input| self::input(input, transformers)).collect::<Compiled<_>>()?;
    Ok(Condition { rule, operator, inputs })
}

/// An input's own transformers replace those of its rule.
fn input(raw: &RawInput, transformers: &[String]) -> Compiled<Input> {
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
    let options = &parameters.options;
    let text: Box<dyn TextOperator> = match raw.operator.as_str() {
        "match_regex" => {
            let regex = parameters.regex.as_deref().ok_or("match_regex has no regex")?;
            Box::new(MatchRegex::new(regex, options.case_sensitive, options.min_length)?)
        }
        "phrase_match" => {
            Box::new(PhraseMatch::new(&list(parameters, file)?, options.enforce_word_boundary)?)
        }
        "exact_match" => Box::new(ExactMatch(list(parameters, file)?.into_iter().collect())),
        "ip_match" => Box::new(IpMatch::new(&list(parameters, file)?)?),
        "is_sqli" => Box::new(IsSqli),
        "is_xss" => Box::new(IsXss),
        "equals" => {
            return Equals::new(parameters.value.as_ref().ok_or("equals has no value")?).map(Operator::Equals)
        }
        "exists" => return Ok(Operator::Exists),
        name if Detector::is_known(name) => return detector(name, parameters).map(Operator::Sink),
        other => return Err(format!("unknown operator {other:?}")),
    };
    Ok(Operator::Text(text))
}

fn list(parameters: &Parameters, file: &File) -> Compiled<Vec<String>> {
    if let Some(list) = &parameters.list {
        return Ok(list.clone());
    }
    // A list that was not sent yet is empty: the rule is there for when it comes.
    let id = parameters.data.as_deref().ok_or("it has neither list nor data")?;
    Ok(file.data(id).unwrap_or_default())
}

fn detector(name: &str, parameters: &Parameters) -> Compiled<Detector> {
    if parameters.params.is_empty() {
        return Err(format!("{name} has no params"));
    }
    let inputs = |list: &[RawInput]| list.iter().map(|raw| input(raw, &[])).collect::<Compiled<Vec<Input>>>();
    let (params, context) = (inputs(&parameters.params)?, inputs(&parameters.db_type)?);
    Detector::named(name, params, context).ok_or_else(|| format!("unknown operator {name:?}"))
}
