use proptest::prelude::*;
use serde_json::{json, Value};

use super::*;

fn of(value: Value) -> Value {
    serde_json::from_str(&schema(&value.into(), Place::Elsewhere).text).unwrap()
}

fn class(name: &str, value: &str) -> Option<String> {
    let told = of(json!({ name: value }));
    let said = told[0][name].get(1)?;
    Some(format!("{}:{}", said["category"].as_str()?, said["type"].as_str()?))
}

#[test]
fn types_lists_and_objects_are_told() {
    let value = json!({"a": 1, "b": "x", "c": null, "d": 1.5, "e": true, "f": [], "g": {}, "h": [1, 2, "x", {"k": 1}, {"k": "s"}]});
    let wanted = json!([{
        "a": [4], "b": [8], "c": [1], "d": [16], "e": [2], "f": [[], {"len": 0}], "g": [{}],
        "h": [[[4], [8], [{"k": [4]}], [{"k": [8]}]], {"len": 5}],
    }]);
    assert_eq!(of(value), wanted);
    assert_eq!(of(json!("text")), json!([8]));
    assert_eq!(of(json!([[1], [2], ["a"]])), json!([[[[[4]], {"len": 1}], [[[8]], {"len": 1}]], {"len": 3}]));
}

#[test]
fn what_is_too_much_is_said() {
    assert_eq!(of(json!((0..30).collect::<Vec<_>>())), json!([[[4]], {"len": 30, "truncated": true}]));
    let wide: serde_json::Map<String, Value> = (0..300).map(|n| (format!("k{n}"), json!(n))).collect();
    let told = of(wide.into());
    assert_eq!(told[1], json!({"truncated": true}));
    let fields = told[0].as_object().unwrap().len();
    assert!(fields > 200 && fields <= 255, "{fields}");
    let deep = (0..40).fold(json!(1), |inner, _| json!({ "n": inner }));
    let told = schema(&deep.into(), Place::Elsewhere).text;
    assert_eq!(told.matches("\"n\"").count(), 17);
    assert!(told.contains(r#"{"n":[{}]}"#));
}

#[test]
fn sensitive_data_has_a_class() {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.abc";
    let cases = [
        ("email", "ann@example.org", Some("pii:email")),
        ("anything", "ann@example.org", Some("pii:email")),
        ("message", "write to ann@example.org", None),
        ("n", "4111111111111111", Some("payment:card")),
        ("n", "4111 1111 1111 1111", Some("payment:card")),
        ("n", "4111111111111112", None),
        ("parent-id", "4111111111111111110", None),
        ("mastercard", "5123456789123456", Some("payment:card")),
        ("creditCardNumber", "4111-1111-1111-1112", Some("payment:card")),
        ("n", "DE89370400440532013000", Some("payment:iban")),
        ("n", "FR76 3000 6000 0112 3456 7890 189", Some("payment:iban")),
        ("n", "DE89370400440532013001", None),
        ("SSN", "123-45-6789", Some("pii:us_ssn")),
        ("ssn", "123456789", Some("pii:us_ssn")),
        ("n", "123456789", None),
        ("n", "000-12-3456", None),
        ("phone", "5551234567", Some("pii:phone")),
        ("n", "+33 6 12 34 56 78", Some("pii:phone")),
        ("n", "5551234567", None),
        ("n", "1HGCM82633A004352", Some("pii:vin")),
        ("n", "1HGCM82633A004353", None),
        ("vin", "1HGCM82633A004353", Some("pii:vin")),
        ("passport", "C01X00T47", Some("pii:passport_number")),
        ("ip", "8.8.8.8", Some("pii:ip_address")),
        ("ip", "127.0.0.1", None),
        ("version", "1.2.3", None),
        ("n", token, Some("credentials:json_web_token")),
        ("n", "AKIAIOSFODNN7EXAMPLE", Some("credentials:aws_access_key")),
        ("n", "-----BEGIN RSA PRIVATE KEY-----\nMII", Some("credentials:private_key")),
        ("userPassword", "x", Some("credentials:password")),
        ("api_key", "x", Some("credentials:api_key")),
        ("refresh-token", "x", Some("credentials:token")),
        ("csrf_token", "x", None),
        ("password", "", None),
        ("secretary", "Ann", None),
    ];
    for (name, value, wanted) in cases {
        assert_eq!(class(name, value).as_deref(), wanted, "{name}: {value}");
    }
    let told = of(json!({"card": "378282246310005", "emails": ["ann@example.org"]}));
    assert_eq!(told[0]["card"], json!([8, {"category": "payment", "type": "card", "card_type": "amex"}]));
    assert_eq!(told[0]["emails"], json!([[[8, {"category": "pii", "type": "email"}]], {"len": 1}]));
}

#[test]
fn headers_say_how_somebody_is_known() {
    let headers = |value: &str| {
        let data =
            Data::Map(vec![("authorization".into(), value.into()), ("x-real-ip".into(), "8.8.8.8".into())]);
        schema(&data, Place::Headers).text
    };
    for (value, kind) in
        [("Bearer x", "bearer_token"), ("basic eA==", "basic_auth"), ("Digest a", "digest_auth")]
    {
        let wanted = format!(
            r#"[{{"authorization":[8,{{"category":"credentials","type":"{kind}"}}],"x-real-ip":[8]}}]"#
        );
        assert_eq!(headers(value), wanted);
    }
    assert_eq!(headers("Token x"), r#"[{"authorization":[8],"x-real-ip":[8]}]"#);
}

#[test]
fn formats_are_told_by_place() {
    let value = json!({
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "items": [{"at": "2020-01-01T10:00:00Z", "day": "2020-01-31"}, {"at": "2020-01-01T10:00:00.5+01:00", "day": "soon"}],
        "a/b": "https://example.org/x", "no": "2020-13-01",
    });
    let found = schema(&value.into(), Place::Elsewhere).formats;
    let told: Vec<_> = found.iter().map(|(place, format)| (place.as_str(), *format)).collect();
    assert_eq!(told, [("/a~1b", "uri"), ("/id", "uuid"), ("/items/*/at", "date-time")]);
}

#[test]
fn names_that_come_again_count_once() {
    let data = Data::Map(vec![("a".into(), Data::Int(1)), ("a".into(), "x".into())]);
    assert_eq!(schema(&data, Place::Elsewhere).text, r#"[{"a":[8]}]"#);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[0-9+() -]{0,24}".prop_map(Value::from),
        "[A-Z0-9]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 400, 40, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..40).prop_map(Value::from),
            prop::collection::hash_map(".{0,300}", inner, 0..40)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn schemas_are_json_and_bounded(value in any_json()) {
        let found = schema(&value.into(), Place::Elsewhere);
        prop_assert!(found.text.len() <= 25_000, "{}", found.text.len());
        prop_assert!(serde_json::from_str::<Value>(&found.text).is_ok());
    }
}
