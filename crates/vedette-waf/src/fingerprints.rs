//! Fingerprints of a request: what stays the same when one program asks again, for telling attackers from one another.
//!
//! Four of them, in the forms that Datadog gives them: of the endpoint (`http-get-8a5edab2-1eb7c54d-`: method, path,
//! names of the query's and of the body's fields), of the headers (`hdr-1110000111-51fbd9d8-3-60a48c65`: which common ones
//! there are, the user agent, how many others, their names), of the network (`net-2-1100000000`: how many addresses
//! the proxies named, by which headers), of the session (`ssn--205830ca-688b8cd3-`: user, names and values of
//! cookies, session id). A hash is the first 8 digits of SHA-256, of texts in lower case; what is unknown is empty.

use sha2::{Digest, Sha256};

use crate::data::Data;

const METHOD: &str = "server.request.method";
const URI: &str = "server.request.uri.raw";
const QUERY: &str = "server.request.query";
const BODY: &str = "server.request.body";
const HEADERS: &str = "server.request.headers.no_cookies";
const COOKIES: &str = "server.request.cookies";
const USER: &str = "usr.id";
const SESSION: &str = "usr.session_id";

/// The addresses that they are made of.
pub(crate) const ADDRESSES: &[&str] = &[METHOD, URI, QUERY, BODY, HEADERS, COOKIES, USER, SESSION];

const COMMON_HEADERS: [&str; 10] = [
    "referer",
    "connection",
    "accept-encoding",
    "content-encoding",
    "cache-control",
    "te",
    "accept-charset",
    "content-type",
    "accept",
    "accept-language",
];
const PROXY_HEADERS: [&str; 10] = [
    "x-forwarded-for",
    "x-real-ip",
    "true-client-ip",
    "x-client-ip",
    "x-forwarded",
    "forwarded-for",
    "x-cluster-client-ip",
    "fastly-client-ip",
    "cf-connecting-ip",
    "cf-connecting-ipv6",
];

/// Name and fingerprint, of those that enough is known for.
pub(crate) fn of<'d>(data: impl Fn(&str) -> Option<&'d Data>) -> Vec<(&'static str, String)> {
    let known = [
        ("_dd.appsec.fp.http.endpoint", endpoint(&data)),
        ("_dd.appsec.fp.http.header", data(HEADERS).map(header)),
        ("_dd.appsec.fp.http.network", data(HEADERS).map(network)),
        ("_dd.appsec.fp.session", Some(session(&data))),
    ];
    known.into_iter().filter_map(|(name, print)| Some((name, print?))).collect()
}

fn endpoint<'d>(data: impl Fn(&str) -> Option<&'d Data>) -> Option<String> {
    let (method, uri) = (data(METHOD)?.text()?.to_ascii_lowercase(), data(URI)?.text()?);
    let path = uri.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    let keys = |address| data(address).map_or_else(String::new, |data| hash_of_all(names(data)));
    Some(format!("http-{method}-{}-{}-{}", hash(&path), keys(QUERY), keys(BODY)))
}

fn header(headers: &Data) -> String {
    let there = names(headers);
    let agent = headers
        .get("user-agent")
        .and_then(first_text)
        .map_or_else(String::new, |text| hash(&text.to_lowercase()));
    let is_other = |name: &String| !COMMON_HEADERS.contains(&name.as_str()) && name != "user-agent";
    let others: Vec<String> =
        there.iter().filter(|name| is_other(name) && !is_of_proxies(name)).cloned().collect();
    format!("hdr-{}-{agent}-{}-{}", bits(&COMMON_HEADERS, &there), others.len(), hash_of_all(others))
}

fn is_of_proxies(name: &str) -> bool {
    PROXY_HEADERS.contains(&name)
}

fn network(headers: &Data) -> String {
    let named = PROXY_HEADERS.iter().find_map(|name| headers.get(name).and_then(first_text));
    let count = named.map_or(0, |text| text.split(',').count());
    format!("net-{count}-{}", bits(&PROXY_HEADERS, &names(headers)))
}

fn session<'d>(data: impl Fn(&str) -> Option<&'d Data>) -> String {
    let of_text = |address| {
        data(address).and_then(first_text).map_or_else(String::new, |text| hash(&text.to_lowercase()))
    };
    let mut cookies: Vec<(String, &str)> = match data(COOKIES) {
        Some(Data::Map(items)) => items
            .iter()
            .map(|(name, value)| (name.to_lowercase(), first_text(value).unwrap_or_default()))
            .collect(),
        _ => Vec::new(),
    };
    cookies.sort_unstable();
    let values = cookies.iter().map(|(_, value)| escaped(value)).collect::<Vec<_>>();
    let names = hash_of_all(cookies.iter().map(|(name, _)| name.clone()).collect());
    let values = if values.is_empty() { String::new() } else { hash(&values.join(",")) };
    format!("ssn-{}-{names}-{values}-{}", of_text(USER), of_text(SESSION))
}

/// The names of a map's values in lower case, sorted, each once.
fn names(data: &Data) -> Vec<String> {
    let Data::Map(items) = data else { return Vec::new() };
    let mut names: Vec<String> = items.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn bits(wanted: &[&str], there: &[String]) -> String {
    wanted.iter().map(|name| if there.iter().any(|other| other == name) { '1' } else { '0' }).collect()
}

fn first_text(data: &Data) -> Option<&str> {
    match data {
        Data::List(items) => items.first().and_then(first_text),
        data => data.text(),
    }
}

/// A comma within a text is no separator.
fn escaped(text: &str) -> String {
    text.replace(',', "\\,")
}

/// Empty for nothing.
fn hash_of_all(mut texts: Vec<String>) -> String {
    if texts.is_empty() {
        return String::new();
    }
    texts.iter_mut().for_each(|text| *text = escaped(text));
    hash(&texts.join(","))
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{json, Value};

    use super::*;

    fn prints(request: Value) -> Vec<String> {
        let data: Vec<(String, Data)> = match request.into() {
            Data::Map(items) => items,
            _ => Vec::new(),
        };
        let of = of(|address| data.iter().find(|(known, _)| known == address).map(|(_, data)| data));
        of.into_iter().map(|(_, print)| print).collect()
    }

    /// What Datadog's tracer says of the same requests.
    #[test]
    fn they_are_the_same_as_datadogs() {
        let plain = json!({METHOD: "GET", URI: "/a/B/c?b=1&A=2", QUERY: {"b": ["1"], "A": ["2"]},
            HEADERS: {"user-agent": "Arachni/v1", "host": "localhost"},
            COOKIES: {"b": ["2"], "A": ["1"], "c": ["x%20y"]}});
        assert_eq!(
            prints(plain),
            [
                "http-get-42146b29-1eb7c54d-",
                "hdr-0000000000-51fbd9d8-1-4740ae63",
                "net-0-0000000000",
                "ssn--205830ca-688b8cd3-"
            ]
        );
        let more = json!({METHOD: "POST", URI: "/", BODY: {"z": 1, "Y": {"q": 2}, "x": [1]}, HEADERS: {
            "referer": "x", "accept-language": "de", "x-custom": "1", "x-other": "2", "accept": "*/*",
            "connection": "close", "accept-encoding": "gzip", "content-type": "text/plain", "host": "localhost",
            "user-agent": "Arachni/v1", "x-forwarded-for": "1.2.3.4, 5.6.7.8", "x-real-ip": "1.2.3.4"}});
        assert_eq!(
            prints(more),
            [
                "http-post-8a5edab2--1fb17be3",
                "hdr-1110000111-51fbd9d8-3-60a48c65",
                "net-2-1100000000",
                "ssn----"
            ]
        );
    }

    #[test]
    fn of_nothing_there_is_little_to_say() {
        assert_eq!(prints(json!({})), ["ssn----"]);
        assert_eq!(
            prints(json!({METHOD: 1, URI: "/", HEADERS: "odd"})),
            ["hdr-0000000000--0-", "net-0-0000000000", "ssn----"]
        );
    }
}
