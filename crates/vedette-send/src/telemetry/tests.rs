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
        #[cfg(unix)]
        on_crash: None,
        install: None,
    };
    change(&mut settings);
    let process = Process { service: "shop".into(), runtime_id: "r".into(), ..Process::default() };
    Teller::new(&settings, &process)
}

/// The next message, which the Agent then has.
fn delivered(teller: &mut Teller, now: Instant, last: bool) -> Value {
    let told = read(teller.take(now, last));
    teller.arrived();
    told
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
    let started = delivered(&mut teller, now, false);
    assert_eq!((&started["request_type"], &started["seq_id"]), (&json!("app-started"), &json!(1)));
    let entry = json!([{"name": "DD_SERVICE", "value": "shop", "origin": "env_var", "seq_id": 1}]);
    assert_eq!(started["payload"]["configuration"], entry);
    assert_eq!(started["payload"]["install_signature"]["install_type"], "k8s");
    let first = delivered(&mut teller, now, false);
    assert_eq!(kinds(&first), ["app-integrations-change", "app-heartbeat"]);
    assert!(teller.take(now, false).is_none());
    let last = delivered(&mut teller, now, true);
    assert_eq!((kinds(&last), &last["seq_id"]), (vec!["app-closing"], &json!(3)));
    assert!(teller.take(now, true).is_none() && teller.due().is_none());
}

#[test]
fn what_changes_is_told_with_the_next_sign_of_life() {
    let mut teller = teller(|_| {});
    teller.heed(true);
    let now = Instant::now();
    (0..2).for_each(|_| drop(delivered(&mut teller, now, false)));
    teller.settings.facts.changed(&[json!({"name": "DD_TRACE_SAMPLE_RATE", "value": "0.5"})]);
    teller.settings.facts.protects(true);
    let refused = Integration { name: "redis".into(), error: "too old".into(), ..Default::default() };
    (0..2).for_each(|_| teller.settings.facts.integrated(&refused));
    teller.settings.facts.troubled("an error in protection: ValueError", "stack", 7);
    let next = delivered(&mut teller, now + Duration::from_secs(61), false);
    assert_eq!(
        kinds(&next),
        [
            "app-client-configuration-change",
            "app-product-change",
            "app-integrations-change",
            "logs",
            "app-heartbeat"
        ]
    );
    assert_eq!(next["payload"][0]["payload"]["configuration"][0]["seq_id"], 2);
    assert_eq!(next["payload"][1]["payload"]["products"], json!({"appsec": {"enabled": true}}));
    assert_eq!(next["payload"][3]["payload"]["logs"][0]["message"], "an error in protection: ValueError");
    let told = &next["payload"][2]["payload"]["integrations"];
    assert_eq!((told.as_array().unwrap().len(), &told[0]["compatible"]), (1, &json!(false)));
    let again = delivered(&mut teller, now + Duration::from_secs(3_700), false);
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
    (0..2).for_each(|_| drop(delivered(&mut teller, now, false)));
    let spans = vec![attack(), attack(), span("other")];
    teller.count(&[Chunk { spans, has_root: true, ..Chunk::default() }]);
    teller.count_request(100, 200);
    teller.count_request(50, 0);
    let told = delivered(&mut teller, now, true);
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
    (0..2).for_each(|_| drop(delivered(&mut teller, now, false)));
    assert_eq!(kinds(&delivered(&mut teller, now, true)), ["app-closing"]);
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
    delivered(&mut teller, now, false);
    let told = delivered(&mut teller, now, false);
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
    let later = delivered(&mut teller, now + Duration::from_secs(60), false);
    assert_eq!(kinds(&later), ["app-heartbeat"]);
}

#[test]
fn what_did_not_arrive_is_told_again_before_anything_new() {
    let mut teller = teller(|_| {});
    teller.heed(true);
    let now = Instant::now();
    let started = read(teller.take(now, false));
    assert!(teller.take(now, false).is_none(), "nothing new before its fate is known");
    assert_eq!(teller.due(), Some(now + Duration::from_secs(60)), "but not for ever");
    teller.failed();
    assert!(teller.take(now, false).is_none(), "not at once");
    let later = now + Duration::from_secs(1_000);
    assert_eq!(read(teller.take(later, false)), started, "under its number, and with its time");
    teller.failed();
    let later = later + Duration::from_secs(1_000);
    assert_eq!(delivered(&mut teller, later, false), started);
    let first = delivered(&mut teller, later, false);
    assert_eq!((&first["seq_id"], kinds(&first)[0]), (&json!(2), "app-integrations-change"));
}

#[test]
fn what_is_lost_without_a_word_is_told_again_and_what_is_refused_is_counted() {
    let mut teller = teller(|_| {});
    teller.heed(true);
    let now = Instant::now();
    let started = read(teller.take(now, false));
    assert_eq!(read(teller.take(now + Duration::from_secs(61), false)), started);
    teller.refused();
    assert_eq!(teller.settings.facts.dropped(), 1);
    assert_eq!(delivered(&mut teller, now + Duration::from_secs(62), false)["seq_id"], 2);
}

#[test]
fn the_end_tells_what_came_back_and_the_rest_and_then_nothing() {
    let mut teller = teller(|_| {});
    teller.heed(true);
    let now = Instant::now();
    read(teller.take(now, false));
    teller.failed();
    let numbers: Vec<Value> =
        std::iter::from_fn(|| teller.take(now, true)).map(|one| read(Some(one))["seq_id"].clone()).collect();
    assert_eq!(numbers, [1, 2]);
    teller.failed();
    assert!(teller.take(now, true).is_none() && teller.due().is_none());
}

#[test]
fn what_there_is_no_room_for_is_counted() {
    let mut teller = teller(|_| {});
    teller.heed(true);
    let facts = Arc::clone(&teller.settings.facts);
    (0..60).for_each(|n| facts.troubled(&format!("error {n}"), "", 0));
    assert_eq!(facts.dropped(), 10);
    facts.has(&vec![json!({}); 5_000]);
    assert_eq!(facts.dropped(), 10 + 904);
    (0..300).for_each(|status| teller.count_request(1, status + 200));
    let now = Instant::now();
    (0..2).for_each(|_| drop(delivered(&mut teller, now, false)));
    assert_eq!(facts.dropped(), 10 + 904 + 46, "254 statuses have room beside requests and bytes");
}
