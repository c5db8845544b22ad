//! The shared cases of `tests/cases/sql_*.json`.

use serde_json::Value;
use vedette_sql::{injection, obfuscate, operation, summary, Dialect};

/// The cases of a file; as many as it says it has.
fn cases(json: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(json).expect("a case file is JSON");
    let cases = file["cases"].as_array().expect("a case file has cases").clone();
    assert_eq!(Some(cases.len() as u64), file["count"].as_u64(), "the file tells how many cases it has");
    cases
}

fn text<'v>(case: &'v Value, key: &str) -> &'v str {
    case[key].as_str().unwrap_or_else(|| panic!("{key} of {case}"))
}

fn dialect(case: &Value) -> Dialect {
    Dialect::of(text(case, "dialect"))
}

#[test]
fn input_is_an_injection_exactly_if_it_changes_the_structure() {
    let cases = cases(include_str!("../../../tests/cases/sql_injection.json"));
    let is_wrong = |case: &&Value| {
        let found = injection(text(case, "sql"), text(case, "input"), dialect(case));
        Some(found.is_some()) != case["exploit"].as_bool()
    };
    let wrong: Vec<String> = cases.iter().filter(is_wrong).map(Value::to_string).collect();
    assert!(cases.len() >= 300, "{} cases", cases.len());
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn statements_are_obfuscated_and_summed_up() {
    let cases = cases(include_str!("../../../tests/cases/sql_obfuscation.json"));
    assert!(cases.len() >= 45, "{} cases", cases.len());
    for case in &cases {
        let sql = text(case, "sql");
        assert_eq!(obfuscate(sql, dialect(case)), text(case, "obfuscated"), "obfuscation of {sql}");
        assert_eq!(summary(sql, dialect(case)), text(case, "summary"), "summary of {sql}");
        assert_eq!(operation(sql), text(case, "operation"), "operation of {sql}");
    }
}
