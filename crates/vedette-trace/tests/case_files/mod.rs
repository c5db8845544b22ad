//! Reads case files, which the Python tests read too.

use serde_json::Value;

/// The cases of a file. Each has a name; an empty file fails.
pub fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/../../tests/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert!(!cases.is_empty(), "{path} is empty");
    cases
}

/// Runs `check` on each case, says which failed, and how many ran.
pub fn run(file: &str, expected: usize, check: impl Fn(&Value) -> Result<(), String>) {
    let cases = cases(file);
    let fails = |case: &Value| check(case).err().map(|why| format!("{}: {why}", case["name"]));
    let failed: Vec<String> = cases.iter().filter_map(fails).collect();
    assert!(failed.is_empty(), "{} of {} failed\n{}", failed.len(), cases.len(), failed.join("\n"));
    assert_eq!(cases.len(), expected, "{file} has another number of cases");
}

/// Compares two JSON values.
pub fn same(expected: &Value, found: &Value) -> Result<(), String> {
    if expected == found {
        Ok(())
    } else {
        Err(format!("\n  expected {expected}\n  found    {found}"))
    }
}
