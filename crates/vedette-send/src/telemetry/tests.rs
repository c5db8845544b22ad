use super::*;
use vedette_model::{keys, Event, Extras, Key, Kind, Span};

fn teller(change: impl FnOnce(&mut Telemetry)) -> Teller {
    let facts = Arc::new(Facts::default());
    facts.configure(vec![json!({"name": "DD_SERVICE", "value": "shop", "origin": "env_var"}), json!(7)]);
    facts.integrated(&Integration {
        name: "flask".into(),
        version: "3.1".into(),
        automatic: true,
        ..Default::default()
    });
    let mut settings = Telemetry {
        facts,
        heartbeat: Duration::from_secs(60),
        extended: Duration::from_secs(3_600),
        metrics: true,
        dependencies: true,
        logs: true,
        protection: true,
        install: None,
    };
    change(&mut settings);
    let process = Process { service: "shop".into(), runtime_id: "r".into(), ..Process::default() };
    Teller::new(&settings, &process)
}

fn read(message: Option<Message>) -> Value {
    let message = message.expect("a message");
    let json: Value = serde_json::from_slice(&message.body).unwrap();
    assert_eq!(json["request_type"], message.kind);
    json
}

fn kinds(json: &Value) -> Vec<&str> {
    json["payload"].as_array().unwrap().iter().map(|one| one["request_type"].as_str().unwrap()).collect()
}

fn span(name: &str) -> Span {
    Span { name: name.into(), kind: Kind::Server, ..Span::default() }
}

#[test]
fn nobody_is_told_who_does_not_ask() {
    let mut teller = teller(|_| {});
    assert!(teller.take(Instant::now(), false).is_none() && teller.take(Instant::now(), true).is_none());
    assert_eq!(teller.due(), None);
}

#[test]
fn it_begins_with_the_settings_and_ends_with_a_goodbye() {
    let mut teller = teller(|settings| settings.install = Some(["id", "k8s", "1"].map(str::to_owned)));
    teller.heed(true);
    let now = Instant::now();
    let started = read(teller.take(now, false));
    assert_eq!((&started["request_type"], &started["seq_id"]), (&json!("app-started"), &json!(1)));
    let entry = json!([{"name": "DD_SERVICE", "value": "shop", "origin": "env_var", "seq_id": 1}]);
    assert_eq!(started["payload"]["configuration"], entry);
    assert_eq!(started["payload"]["install_signature"]["install_type"], "k8s");
    let first = read(teller.take(now, false));
    assert_eq!(kinds(&first), ["app-integrations-change", "app-heartbeat"]);
    assert!(teller.take(now, false).is_none());
    let last = read(teller.take(now, true));
    assert_eq!((kinds(&last), &last["seq_id"]), (vec!["app-closing"], &json!(3)));
    assert!(teller.take(now, true).is_none() && teller.due().is_none());
}

#[test]
fn what_changes_is_told_with_the_next_sign_of_life() {
    let mut teller = teller(|_| {});
    teller.heed(true);
    let now = Instant::now();
    (0..2).for_each(|_| drop(read(teller.take(now, false))));
    teller.settings.facts.changed(&[json!({"name": "DD_TRACE_SAMPLE_RATE", "value": "0.5"})]);
    let refused = Integration { name: "redis".into(), error: "too old".into(), ..Default::default() };
    (0..2).for_each(|_| teller.settings.facts.integrated(&refused));
    teller.settings.facts.troubled("an error in protection: ValueError", "stack", 7);
    let next = read(teller.take(now + Duration::from_secs(61), false));
    assert_eq!(
        kinds(&next),
        ["app-client-configuration-change", "app-integrations-change", "logs", "app-heartbeat"]
    );
    assert_eq!(next["payload"][0]["payload"]["configuration"][0]["seq_id"], 2);
    assert_eq!(next["payload"][2]["payload"]["logs"][0]["message"], "an error in protection: ValueError");
    let told = &next["payload"][1]["payload"]["integrations"];
    assert_eq!((told.as_array().unwrap().len(), &told[0]["compatible"]), (1, &json!(false)));
    let again = read(teller.take(now + Duration::from_secs(3_700), false));
    assert_eq!(kinds(&again), ["app-extended-heartbeat"]);
    assert_eq!(again["payload"][0]["payload"]["configuration"].as_array().unwrap().len(), 2);
}

fn attack() -> Span {
    let mut span = span("flask.request");
    let key = |name: &str| Key::new(name).unwrap();
    span.set(keys::APPSEC_EVENT, "true");
    span.set(key("_dd.appsec.enabled"), 1);
    span.set(key("_dd.appsec.waf.version"), "0.1");
    span.set(key("_dd.appsec.event_rules.version"), "7");
    span.set(key("_dd.appsec.waf.duration"), 250);
    span.set(key("_dd.appsec.rasp.rule.eval"), 3);
    span.set(key("_dd.appsec.truncated.string_length"), 9_000);
    span.set(key("_dd.appsec.truncated.container_depth"), 300);
    let attributes = vec![
        (key("security.category"), "vulnerability_trigger".into()),
        (key("security.type"), "command_injection".into()),
        (key("security.sink.address"), "server.sys.shell.cmd".into()),
    ];
    let event = Event { name: findings::EVENT.into(), attributes, ..Event::default() };
    *span.extras() = Extras { events: vec![event], ..Extras::default() };
    span
}

use vedette_wire::findings;

#[test]
fn inspections_are_counted_off_the_spans() {
    let mut teller = teller(|_| {});
    teller.heed(true);
    let now = Instant::now();
    (0..2).for_each(|_| drop(read(teller.take(now, false))));
    let spans = vec![attack(), attack(), span("other")];
    teller.count(&[Chunk { spans, has_root: true, ..Chunk::default() }]);
    teller.count_request(100, 200);
    teller.count_request(50, 0);
    let told = read(teller.take(now, true));
    assert_eq!(kinds(&told), ["generate-metrics", "generate-metrics", "distributions", "app-closing"]);
    let series = told["payload"][0]["payload"]["series"].as_array().unwrap();
    let of = |name: &str| series.iter().find(|one| one["metric"] == name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!(of("rasp.rule.eval")["points"][0][1], 6);
    assert_eq!(of("rasp.rule.match")["points"][0][1], 2);
    assert_eq!(
        of("rasp.rule.match")["tags"],
        json!(["rule_type:command_injection", "block:false", "rule_variant:shell"])
    );
    assert_eq!(of("waf.init")["points"][0][1], 1);
    assert_eq!(of("waf.input_truncated")["tags"], json!(["truncation_reason:5"]));
    let expected =
        ["waf_version:0.1", "event_rules_version:7", "rule_triggered:true", "request_blocked:false"];
    assert_eq!(of("waf.requests")["tags"].as_array().unwrap()[..4], expected.map(Value::from));
    assert_eq!(told["payload"][2]["payload"]["series"][0]["points"], json!([250.0, 250.0]));
    let tracers = told["payload"][1]["payload"]["series"].as_array().unwrap();
    let names: Vec<_> = tracers.iter().map(|one| one["metric"].as_str().unwrap()).collect();
    assert!(names.contains(&"spans_finished") && names.contains(&"trace_api.errors"), "{names:?}");
}

#[test]
fn switched_off_counts_are_not_told() {
    let mut teller = teller(|settings| settings.metrics = false);
    teller.heed(true);
    teller.count(&[Chunk { spans: vec![attack()], ..Chunk::default() }]);
    let now = Instant::now();
    (0..2).for_each(|_| drop(read(teller.take(now, false))));
    assert_eq!(kinds(&read(teller.take(now, true))), ["app-closing"]);
}

#[test]
fn endpoints_are_told_in_portions_and_once() {
    let mut teller = teller(|settings| {
        let endpoints: Vec<Value> =
            (0..650).map(|n| json!({"method": "GET", "path": format!("/{n}")})).collect();
        settings.facts.has(&endpoints);
    });
    teller.heed(true);
    let now = Instant::now();
    teller.take(now, false);
    let told = read(teller.take(now, false));
    let portions: Vec<&Value> = told["payload"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["request_type"] == "app-endpoints")
        .map(|one| &one["payload"])
        .collect();
    let sizes: Vec<usize> = portions.iter().map(|one| one["endpoints"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [300, 300, 50]);
    assert_eq!(portions.iter().map(|one| one["is_first"] == true).collect::<Vec<_>>(), [true, false, false]);
    let later = read(teller.take(now + Duration::from_secs(60), false));
    assert_eq!(kinds(&later), ["app-heartbeat"]);
}
