//! For which engines a rule is: files have variants of a rule for older and newer ones (`min_version`, `max_version`).

use serde_json::Value;

/// The version of the schema's first engine that this one counts as.
const THIS: Version = [1, 30, 0];

type Version = [u32; 3];

/// Whether a rule is for this engine. One for older engines only is left out silently: another takes its place.
///
/// # Errors
/// If it is for newer engines only, or a version is none.
pub(super) fn is_meant(rule: &Value) -> Result<bool, String> {
    let (from, to) = (version(rule, "min_version")?, version(rule, "max_version")?);
    match from {
        Some(from) if from > THIS => Err(format!("it is for engines from {} on", text(from))),
        _ => Ok(to.is_none_or(|to| to >= THIS)),
    }
}

fn version(rule: &Value, name: &str) -> Result<Option<Version>, String> {
    let Some(value) = rule.get(name) else { return Ok(None) };
    let read = value.as_str().and_then(parsed);
    read.map(Some).ok_or_else(|| format!("{name} {value} is no version"))
}

/// `1.30.0`, `1.30` or `v1`.
fn parsed(text: &str) -> Option<Version> {
    let mut version = Version::default();
    let mut numbers = text.trim_start_matches('v').splitn(3, '.');
    for (place, number) in version.iter_mut().zip(&mut numbers) {
        *place = number.parse().ok()?;
    }
    Some(version)
}

fn text(version: Version) -> String {
    version.map(|number| number.to_string()).join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variants_of_a_rule() {
        assert_eq!(is_meant(&json!({})), Ok(true));
        assert_eq!(is_meant(&json!({"min_version": "1.25.0"})), Ok(true));
        assert_eq!(is_meant(&json!({"min_version": "v1.4", "max_version": "1.24.99"})), Ok(false));
        assert_eq!(is_meant(&json!({"max_version": "1.30.0"})), Ok(true));
        assert_eq!(is_meant(&json!({"min_version": "2.0.0"})), Err("it is for engines from 2.0.0 on".into()));
        for bad in [json!("x"), json!(""), json!(7), json!("1.2.3.4"), json!("1.-2")] {
            assert!(is_meant(&json!({"max_version": bad})).unwrap_err().contains("is no version"), "{bad}");
        }
    }
}
