//! Fuzzing of what reads outside data: seeds, cut, joined and spoilt in ways that a number decides, so that a failure
//! comes again. `FUZZ_ROUNDS=1000000 cargo test --release -p vedette-waf --test fuzz` goes on for longer.

use std::sync::Arc;

use serde_json::Value;
use vedette_waf::{
    check, cookies, form, in_pieces, json, schema, shell, sqli, xml, xss, Data, Limits, Place, Request,
    Ruleset,
};

const RULES: &[u8] = include_bytes!("../../../src/vedette/protection/rules/default.json");
const EXPLOITS: &str = include_str!("../../../tests/cases/exploits.json");
const REQUESTS: &str = include_str!("../../../tests/cases/waf_requests.json");
/// What means something to one of the readers.
const WORDS: &[&str] = &[
    "'",
    "\"",
    "\\",
    "--",
    "/*",
    "*/",
    ";",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "</",
    "<!--",
    "]]>",
    "&",
    "&#x27;",
    "%27",
    "%u0027",
    "\\u0027",
    "${",
    "{{",
    "$(",
    "`",
    "|",
    "../",
    "://",
    "@",
    "#",
    "\n",
    "\r\n",
    "\0",
    "é",
    "\u{ff07}",
    "\u{fffd}",
    " or ",
    " union select ",
    "=",
    ",",
    ":",
    "null",
    "1e99",
    "-1",
    "script",
    "onerror=",
    "\"regex\":\"",
    "\"operator\":\"",
];
const LIMITS: Limits =
    Limits { depth: 6, elements: 60, string_bytes: 256, time: std::time::Duration::from_secs(5) };

/// A sequence of numbers (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
}

fn mutated(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let end = at + dice.below((bytes.len() - at).min(40) + 1);
        match dice.below(6) {
            0 => drop(bytes.splice(at..end, [])),
            1 => drop(bytes.splice(at..at, WORDS[dice.below(WORDS.len())].bytes())),
            2 => drop(bytes.splice(at..end, [dice.below(256) as u8])),
            3 => {
                let part = bytes[at..end].to_vec().repeat(1 + dice.below(20));
                bytes.splice(at..at, part);
            }
            4 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                bytes.splice(at..end, other[from..].iter().copied().take(80));
            }
            _ => bytes.truncate(at),
        }
    }
    bytes.truncate(4_096);
    bytes
}

fn fuzz(seeds: Vec<Vec<u8>>, rounds: usize, target: impl Fn(&[u8])) {
    let given = std::env::var("FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok());
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for seed in &seeds {
        target(seed);
    }
    for round in 0..given.unwrap_or(rounds) {
        let bytes = mutated(&mut dice, &seeds);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target(&bytes)));
        assert!(caught.is_ok(), "round {round}: {:?}", String::from_utf8_lossy(&bytes));
    }
}

fn lines(text: &str) -> Vec<Vec<u8>> {
    text.lines().map(|line| line.as_bytes().to_vec()).collect()
}

/// The texts of some fields of a file of cases.
fn of_cases(file: &str, fields: &[&str]) -> Vec<Vec<u8>> {
    let file: Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap().iter();
    let texts: Vec<_> = cases
        .flat_map(|case| fields.iter().filter_map(|field| case[*field].as_str()))
        .map(|text| text.as_bytes().to_vec())
        .collect();
    assert!(texts.len() > 100);
    texts
}

fn default_rules() -> Arc<Ruleset> {
    Arc::new(Ruleset::parse(RULES).unwrap().0)
}

#[test]
fn bodies_of_json() {
    fuzz(lines(include_str!("seeds/json")), 20_000, |bytes| {
        let ordinary = serde_json::from_slice::<Value>(bytes);
        let read = json(bytes, LIMITS);
        // Whatever the ordinary reader takes is read: nothing passes as "no JSON" that an application understands.
        assert!(read.is_some() || ordinary.is_err());
        if let Some(parsed) = read {
            schema(&parsed.data, Place::Elsewhere);
        }
    });
}

#[test]
fn bodies_of_xml() {
    fuzz(lines(include_str!("seeds/xml")), 20_000, |bytes| {
        xml(&String::from_utf8_lossy(bytes), LIMITS);
    });
}

#[test]
fn forms_cookies_and_pieces() {
    fuzz(lines(include_str!("seeds/form")), 20_000, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        form(&text, 10);
        cookies(&text, 10);
        let _ = in_pieces(&text.repeat(20));
    });
}

#[test]
fn rule_files() {
    fuzz(lines(include_str!("seeds/rules")), 1_500, |bytes| {
        let _ = check(bytes);
        let Ok((rules, _)) = Ruleset::parse(bytes) else { return };
        let data = Data::Map(vec![("a".into(), Data::List(vec!["aab' or 1".into(), Data::Int(1)]))]);
        Request::new(Arc::new(rules), LIMITS)
            .evaluate(vec![("q".into(), data), ("server.db.statement".into(), "select 'aab' or 1".into())]);
    });
}

#[test]
fn tokenizers() {
    fuzz(of_cases(REQUESTS, &["value"]), 5_000, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        for found in [sqli::find(&text), xss::find(&text), shell::find(&text)].into_iter().flatten() {
            assert!(found.start <= found.end && found.end <= text.len());
        }
    });
}

#[test]
fn texts_before_all_rules() {
    let rules = default_rules();
    fuzz(of_cases(REQUESTS, &["value"]), 500, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let mut request = Request::new(Arc::clone(&rules), LIMITS);
        for address in ["server.request.query", "server.request.uri.raw", "server.request.body"] {
            request.evaluate(vec![(address.into(), Data::from(&*text))]);
        }
        request.fingerprints();
    });
}

#[test]
fn inputs_at_sinks() {
    let rules = default_rules();
    let sinks = [
        "server.db.statement",
        "server.io.net.url",
        "server.io.fs.file",
        "server.sys.shell.cmd",
        "server.sys.exec.cmd",
        "server.db.document",
    ];
    fuzz(of_cases(EXPLOITS, &["sink", "input"]), 1_000, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let mut request = Request::new(Arc::clone(&rules), LIMITS);
        request.evaluate(vec![("server.request.query".into(), Data::from(&text[half..]))]);
        for address in sinks {
            request.evaluate(vec![(address.into(), Data::from(&*text))]);
        }
    });
}
