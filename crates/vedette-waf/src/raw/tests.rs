use proptest::prelude::*;

use super::*;
use crate::{Data, Limits, Truncated};

fn parsed(text: &str) -> Option<Data> {
    json(text.as_bytes(), Limits::default()).map(|parsed| parsed.data)
}

fn list(values: &[&str]) -> Data {
    Data::List(values.iter().map(|value| Data::from(*value)).collect())
}

fn map(pairs: &[(&str, Data)]) -> Data {
    Data::Map(pairs.iter().map(|(name, data)| ((*name).to_owned(), data.clone())).collect())
}

fn cut(elements: usize, depth: usize) -> Truncated {
    Truncated { elements, depth, string_bytes: 0 }
}

#[test]
fn json_keeps_what_it_says() {
    let data = parsed(r#"{"a": [1, 2.5, "x", null, true], "a": "\u0027", "n": 18446744073709551615}"#);
    let items = vec![Data::Int(1), Data::Double(2.5), Data::from("x"), Data::Null, Data::Bool(true)];
    let expected = map(&[
        ("a", Data::List(items)),
        ("a", Data::from("'")),
        ("n", Data::Double(18_446_744_073_709_551_615.0)),
    ]);
    assert_eq!(data, Some(expected));
}

#[test]
fn what_is_no_json_is_none() {
    for text in ["", "{", "[1,]", "1 2", "{\"a\":}", "\"\\ud800\"", "nul", "NaN"] {
        assert_eq!(parsed(text), None, "{text}");
    }
    assert_eq!(json(b"\"\xff\"", Limits::default()), None);
}

#[test]
fn limits_cut_and_say_so() {
    let limits = Limits { depth: 2, elements: 3, ..Limits::default() };
    let wide = json(b"[1,2,3,4,5]", limits).unwrap();
    assert_eq!(
        wide,
        Parsed { data: Data::List(vec![Data::Int(1), Data::Int(2), Data::Int(3)]), cut: cut(5, 0) }
    );
    let deep = json(b"[[[[1]]]]", limits).unwrap();
    assert_eq!(deep.cut, cut(0, 2));
    assert_eq!(deep.data, Data::List(vec![Data::List(vec![Data::List(vec![])])]));
    assert!(!json(b"[1,2,3]", limits).unwrap().cut.any());
    assert!(json(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes(), limits)
        .unwrap()
        .cut
        .any());
}

#[test]
fn forms_by_name() {
    let data = form("a=1&b=%27+or+1&a=%E2%82%AC&c&&=x", 10);
    let expected = map(&[
        ("a", list(&["1", "\u{20ac}"])),
        ("b", list(&["' or 1"])),
        ("c", list(&[""])),
        ("", list(&["x"])),
    ]);
    assert_eq!(data, expected);
    assert_eq!(form("", 10), Data::Map(vec![]));
}

#[test]
fn what_follows_after_the_most_fields_is_one_text() {
    assert_eq!(
        form("a=1&b=2&c=3%20&d", 2),
        map(&[("a", list(&["1"])), ("b", list(&["2"])), ("", list(&["c=3 &d"]))])
    );
}

#[test]
fn cookies_by_name() {
    let data = cookies("a=1; b=x=y; a=2;c", 10);
    assert_eq!(data, map(&[("a", list(&["1", "2"])), ("b", list(&["x=y"])), ("c", list(&[""]))]));
}

#[test]
fn clients_behind_proxies() {
    let cases: &[(&[&str], Option<&str>, Option<&str>)] = &[
        (&[], Some("10.0.0.1"), Some("10.0.0.1")),
        (&["10.0.0.7, 8.8.8.8, 9.9.9.9"], Some("10.0.0.1"), Some("8.8.8.8")),
        (&["unknown", "8.8.4.4:443"], None, Some("8.8.4.4")),
        (&["[2001:4860:4860::8888]:80"], None, Some("2001:4860:4860::8888")),
        (&["::ffff:10.0.0.1"], Some("1.1.1.1"), Some("1.1.1.1")),
        (&["192.168.0.1"], Some("10.0.0.1"), Some("192.168.0.1")),
        (
            &["100.64.0.1, 198.18.0.1, 203.0.113.7, 0.0.0.0, 255.255.255.255, fe80::1, fc00::1, 2001:db8::1"],
            None,
            Some("100.64.0.1"),
        ),
        (&["' or 1=1"], None, None),
    ];
    for (named, peer, expected) in cases {
        assert_eq!(client_address(named.iter().copied(), *peer).as_deref(), *expected, "{named:?}");
    }
}

proptest! {
    #[test]
    fn json_agrees_with_the_ordinary_reader(text in "[\\[\\]{}\",:0-9a-z\\\\ .-]{0,40}") {
        let ordinary = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert_eq!(parsed(&text).is_some(), ordinary.is_ok());
    }

    #[test]
    fn whatever_comes_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = json(&bytes, Limits { elements: 5, depth: 3, ..Limits::default() });
        let _ = form(&text, 3);
        let _ = cookies(&text, 3);
        let _ = client_address([&*text], Some(&*text));
    }
}

#[test]
fn xml_by_name() {
    let text = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\
        <order id=\"7&quot;\"><name>O&apos;Brien &x;</name><n><![CDATA[<b>]]></n><e/>tail</order>";
    let read = xml(text, Limits::default()).unwrap();
    let order = map(&[
        ("@id", Data::from("7\"")),
        ("name", Data::from("O'Brien &x;")),
        ("n", Data::from("<b>")),
        ("e", Data::from("")),
        ("#text", Data::from("tail")),
    ]);
    let Data::List(parts) = &read.data else { panic!("{read:?}") };
    assert!(
        matches!(&parts[0], Data::Str(text) if text.contains("SYSTEM 'file:///etc/passwd'")),
        "{parts:?}"
    );
    assert_eq!((&parts[1], read.cut), (&map(&[("order", order)]), cut(0, 0)));
}

#[test]
fn broken_and_boundless_xml() {
    assert_eq!(xml("", Limits::default()), None);
    assert_eq!(xml("no markup", Limits::default()), None);
    let open = xml("<a><b>x", Limits::default()).unwrap();
    assert_eq!(open.data, Data::List(vec!["".into(), map(&[("a", map(&[("b", "x".into())]))])]));
    let limits = Limits { depth: 2, elements: 3, ..Limits::default() };
    let deep = xml(&format!("{}x{}", "<a>".repeat(100_000), "</a>".repeat(100_000)), limits).unwrap();
    assert_eq!(deep.cut, cut(0, 2));
    let wide = xml(&format!("<a>{}</a>", "<b>x</b>".repeat(1_000)), limits).unwrap();
    let count = format!("{:?}", wide.data).matches("\"b\"").count();
    assert_eq!((wide.cut.any(), count), (true, 2));
}

proptest! {
    #[test]
    fn no_xml_is_too_odd(text in "[<>/a!?\\[\\]&;'\"= \\-DOCTYPECDATA#x0-9]{0,80}") {
        xml(&text, Limits { depth: 4, elements: 10, ..Limits::default() });
    }
}

/// All texts, wherever they are.
fn all_texts(data: &Data) -> String {
    match data {
        Data::Str(text) => text.clone(),
        Data::List(items) => items.iter().map(all_texts).collect::<Vec<_>>().join("|"),
        Data::Map(items) => items.iter().map(|(key, item)| format!("{key}:{}|", all_texts(item))).collect(),
        _ => String::new(),
    }
}

#[test]
fn texts_beyond_the_limits_of_json_are_kept() {
    let wide = format!("[{}{{\"k\\u0065y\": \"n\\u0065edle\"}}]", "0,".repeat(20_000));
    let deep = |levels| format!("{}{{\"key\": \"needle\"}}{}", "[".repeat(levels), "]".repeat(levels));
    for text in [wide, deep(30), deep(60), deep(10_000)] {
        let read = json(text.as_bytes(), Limits::default()).unwrap();
        assert!(read.cut.any());
        let seen = all_texts(&read.data);
        assert!(
            seen.contains("needle") && seen.contains("key"),
            "{}",
            &seen[seen.len().saturating_sub(80)..]
        );
    }
}

#[test]
fn texts_that_a_forgiving_reader_of_xml_finds_are_kept() {
    let many = format!("<a>{}<b c='needle'/></a>", "<x/>".repeat(20_000));
    let deep = format!("{}<b c='needle'/>", "<a>".repeat(60));
    for text in ["<a/><b>needle</b>", "<a></b x><c>needle</c></a>", "<a>&</a ><b>needle</b>", &many, &deep] {
        let seen = all_texts(&xml(text, Limits::default()).unwrap().data);
        assert!(seen.contains("needle"), "{}", &text[..text.len().min(60)]);
    }
}
