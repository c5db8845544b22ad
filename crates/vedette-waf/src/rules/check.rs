//! What is wrong with a rule file, looked at before it is put in force.

use serde_json::Value;

use super::{Diagnostics, Error, Ruleset};
use crate::operators::IpMatch;

/// A file that has no rules adds to one that has; alone it is looked at beside this one.
const NOTHING: &[u8] = br#"{"version": "2.1", "rules": []}"#;
/// Consequences that are known.
const ACTIONS: [&str; 6] =
    ["block_request", "redirect_request", "generate_stack", "generate_schema", "monitor", "keep_trace"];

/// How many rules of a file can be used, and everything in it that can't, each with the reason.
///
/// # Errors
/// If it is no rule file at all.
pub fn check(json: &[u8]) -> Result<(usize, Vec<String>), Error> {
    let file: Value = serde_json::from_slice(json).map_err(|error| Error(error.to_string()))?;
    if !file.is_object() {
        return Err(Error("expected an object".into()));
    }
    let (_, Diagnostics { loaded, failed, .. }) = Ruleset::merged(&[NOTHING, json])?;
    let mut problems: Vec<String> =
        failed.into_iter().map(|one| format!("{}: {}", one.id, one.reason)).collect();
    for action in entries(&file, "actions") {
        let kind = action["type"].as_str().unwrap_or_default();
        if !ACTIONS.contains(&kind) {
            problems.push(format!("{}: unknown action {kind:?}", named(action)));
        }
    }
    for list in entries(&file, "rules_data").chain(entries(&file, "exclusion_data")) {
        if let Err(reason) = data(list) {
            problems.push(format!("{}: {reason}", named(list)));
        }
    }
    Ok((loaded.len(), problems))
}

fn entries<'a>(file: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    file[name].as_array().into_iter().flatten()
}

fn named(value: &Value) -> &str {
    value["id"].as_str().unwrap_or("without an id")
}

fn data(list: &Value) -> Result<(), String> {
    if list["id"].as_str().is_none() {
        return Err("it has no id".into());
    }
    let all = list["data"].as_array().ok_or("it has no data")?;
    let addresses = list["type"].as_str().is_some_and(|kind| kind.starts_with("ip"));
    for entry in all {
        let value = entry["value"].as_str().ok_or("an entry has no value")?;
        let expiration = &entry["expiration"];
        if !(expiration.is_null() || expiration.is_u64()) {
            return Err(format!("{value:?}: its expiration is no time"));
        }
        if addresses && !IpMatch::new(&[(value.to_owned(), u64::MAX)]).1.is_empty() {
            return Err(format!("not an address or network: {value:?}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(json: &str) -> Vec<String> {
        check(json.as_bytes()).unwrap().1
    }

    #[test]
    fn a_list_of_addresses_is_good() {
        let list = r#"{"rules_data": [{"id": "blocked_ips", "type": "ip_with_expiration",
                       "data": [{"value": "192.0.2.0/24", "expiration": 0}, {"value": "2001:db8::1"}]}]}"#;
        assert_eq!(check(list.as_bytes()).unwrap(), (0, vec![]));
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        assert!(problems(r#"{"actions": [{"id": "x", "type": "explode"}]}"#)[0].contains("explode"));
        assert!(problems(r#"{"custom_rules": [{"id": "r", "conditions": []}]}"#)[0].starts_with("r: "));
        for data in [r#"{"type": "ip"}"#, r#"{"id": "a"}"#, r#"{"id": "a", "data": [{}]}"#] {
            assert_eq!(problems(&format!(r#"{{"rules_data": [{data}]}}"#)).len(), 1, "{data}");
        }
        let address =
            r#"{"rules_data": [{"id": "a", "type": "ip_with_expiration", "data": [{"value": "nowhere"}]}]}"#;
        assert!(problems(address)[0].contains("nowhere"));
    }

    #[test]
    fn what_is_no_rule_file_is_an_error() {
        for json in ["", "[]", "7", "null", "{", r#"{"version": "3.0"}"#, r#"{"rules_data": 7}"#] {
            assert!(check(json.as_bytes()).is_err(), "{json}");
        }
    }
}
