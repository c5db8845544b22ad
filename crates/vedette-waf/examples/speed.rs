//! Prints how long the default rules take over typical harmless requests: `cargo run --release -p vedette-waf --example speed`.

use std::sync::Arc;
use std::time::Instant;

use vedette_waf::{Address, Data, Limits, Request, Ruleset};

const RULES: &[u8] = include_bytes!("../../../src/vedette/protection/rules/default.json");
const ROUNDS: usize = 2_000;

fn map(items: &[(&str, &str)]) -> Data {
    Data::Map(items.iter().map(|(key, value)| ((*key).to_owned(), Data::from(*value))).collect())
}

/// A GET with five parameters, twelve headers and two cookies.
fn get() -> Vec<(Address, Data)> {
    let query = [
        ("q", "blue suede shoes"),
        ("page", "2"),
        ("sort", "price"),
        ("brand", "O'Neill"),
        ("ref", "https://example.com/a?b=c"),
    ];
    let headers = [
        ("host", "shop.example.com"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("accept-language", "en-US,en;q=0.5"),
        ("accept-encoding", "gzip, deflate, br"),
        ("referer", "https://shop.example.com/search?q=shoes&page=1"),
        ("connection", "keep-alive"),
        ("upgrade-insecure-requests", "1"),
        ("cache-control", "max-age=0"),
        ("if-none-match", "W/\"5d41402abc4b2a76\""),
        ("x-forwarded-for", "203.0.113.7, 198.51.100.2"),
        ("x-request-id", "9f86d081-884c-4d65-9a2f-eaa0c55ad015"),
    ];
    let cookies =
        [("session", "eyJfZnJlc2giOnRydWV9.ZkX1aQ.abc-def_ghi"), ("_ga", "GA1.2.123456789.1700000000")];
    vec![
        ("server.request.method".into(), "GET".into()),
        (
            "server.request.uri.raw".into(),
            "/search?q=blue+suede+shoes&page=2&sort=price&brand=O%27Neill".into(),
        ),
        ("server.request.query".into(), map(&query)),
        ("server.request.headers.no_cookies".into(), map(&headers)),
        ("server.request.cookies".into(), map(&cookies)),
        ("server.request.path_params".into(), Data::Map(Vec::new())),
    ]
}

/// A body of 816 values in about 20 KB of JSON.
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

fn measure(name: &str, rules: &Arc<Ruleset>, data: &dyn Fn() -> Vec<(Address, Data)>) {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let data = data();
            let started = Instant::now();
            let outcome = Request::new(Arc::clone(rules), Limits::default()).evaluate(data);
            let elapsed = started.elapsed();
            assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
            elapsed.as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "{name}: best {:.1} µs, median {:.1} µs, 95 % {:.1} µs",
        times[0],
        times[ROUNDS / 2],
        times[ROUNDS * 95 / 100]
    );
}

fn main() {
    let load = || {
        let started = Instant::now();
        let loaded = Ruleset::parse(RULES).expect("the default rules load");
        (started.elapsed().as_secs_f64() * 1e3, loaded)
    };
    let (best, (rules, diagnostics)) =
        (0..20).map(|_| load()).min_by(|a, b| a.0.total_cmp(&b.0)).expect("it ran");
    println!("{} rules loaded in {best:.1} ms", diagnostics.loaded.len());
    let rules = Arc::new(rules);
    measure("benign GET", &rules, &get);
    measure("20 KB JSON body of 816 values", &rules, &body);
    let statement =
        "SELECT id, title FROM products WHERE brand = 'x' AND price < 100 ORDER BY price LIMIT 20";
    let mut request = Request::new(Arc::clone(&rules), Limits::default());
    request.evaluate(get());
    let started = Instant::now();
    for _ in 0..ROUNDS {
        let outcome = request.evaluate(vec![("server.db.statement".into(), statement.into())]);
        assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    }
    println!(
        "SQL statement against that GET: {:.1} µs",
        started.elapsed().as_secs_f64() * 1e6 / ROUNDS as f64
    );
}
