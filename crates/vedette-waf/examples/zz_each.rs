//! temp
use std::sync::Arc;
use std::time::Instant;
use vedette_waf::*;
const RULES: &[u8] = include_bytes!("../../../src/vedette/protection/rules/default.json");
fn body() -> Vec<(Address, Data)> {
    let item = |at: i64| {
        Data::Map(vec![
            ("id".into(), Data::Int(at)),
            ("sku".into(), Data::Str(format!("SKU-{at:06}"))),
            ("title".into(), Data::Str(format!("Blue suede shoes, size {}", at % 50))),
            ("note".into(), Data::Str("it's nice & cheap (really)".into())),
            ("price".into(), Data::Double(at as f64 * 1.5)),
            ("sold".into(), Data::Bool(at % 2 == 0)),
            ("tags".into(), Data::List(vec!["red".into(), "on-sale".into()])),
        ])
    };
    vec![("server.request.body".into(), Data::List((0..102).map(item).collect()))]
}
fn main() {
    let file: serde_json::Value = serde_json::from_slice(RULES).unwrap();
    for rule in file["rules"].as_array().unwrap() {
        let json = serde_json::json!({"version": "2.2", "rules": [rule]}).to_string();
        let t = Instant::now();
        let (rules, _) = Ruleset::parse(json.as_bytes()).unwrap();
        let load = t.elapsed().as_secs_f64() * 1e3;
        let rules = Arc::new(rules);
        let mut best = f64::MAX;
        for _ in 0..300 {
            let d = body();
            let t = Instant::now();
            Request::new(rules.clone(), Limits::default()).evaluate(d);
            best = best.min(t.elapsed().as_secs_f64() * 1e6);
        }
        println!("{:24} load {load:6.2} ms  body {best:7.1} µs", rule["id"].as_str().unwrap());
    }
}
