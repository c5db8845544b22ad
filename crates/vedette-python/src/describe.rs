//! What requests tell when they begin, read straight from the operation: the same few attributes for every library.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;
use vedette_model::key::keys;
use vedette_model::{Key, Text, Value};

use crate::convert;
use crate::raw_headers::RawHeaders;
use crate::span::Span;

/// Puts on a span what an `OutgoingRequest` knows: method, URL, server, and who asks.
#[pyfunction]
pub fn describe_outgoing(
    span: &Bound<'_, Span>,
    operation: &Bound<'_, PyAny>,
    with_query: bool,
) -> PyResult<()> {
    let py = operation.py();
    let read = |name: &Bound<'_, PyString>| value_of(operation, name);
    let url = convert::text_of(&operation.getattr(intern!(py, "url"))?);
    put(
        span,
        [
            (keys::HTTP_REQUEST_METHOD, read(intern!(py, "method"))?),
            (keys::URL_FULL, Some(Value::Str(told(url, with_query)))),
            (keys::SERVER_ADDRESS, read(intern!(py, "host"))?),
            (keys::SERVER_PORT, read(intern!(py, "port"))?),
        ],
    );
    let mut agent = operation.getattr(intern!(py, "user_agent"))?;
    if agent.is_none() {
        agent = agent_in(&operation.getattr(intern!(py, "headers"))?)?;
    }
    put(span, [(keys::USER_AGENT_ORIGINAL, convert::value(&agent))]);
    Ok(())
}

/// Puts on a span what an `IncomingRequest` knows: method, URL, client.
#[pyfunction]
pub fn describe_incoming(span: &Bound<'_, Span>, operation: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = operation.py();
    let read = |name: &Bound<'_, PyString>| value_of(operation, name);
    put(
        span,
        [
            (keys::HTTP_REQUEST_METHOD, read(intern!(py, "method"))?),
            (keys::URL_FULL, read(intern!(py, "url"))?),
            (keys::NETWORK_PROTOCOL_VERSION, read(intern!(py, "version"))?),
            (keys::NETWORK_PEER_ADDRESS, read(intern!(py, "peer"))?),
        ],
    );
    let agent = agent_in(&operation.getattr(intern!(py, "headers"))?)?;
    put(span, [(keys::USER_AGENT_ORIGINAL, convert::value(&agent))]);
    Ok(())
}

fn value_of(operation: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> PyResult<Option<Value>> {
    Ok(convert::value(&operation.getattr(name)?))
}

/// Values are converted before this: that may run anything, which must not happen while the span is locked.
fn put<const N: usize>(span: &Bound<'_, Span>, values: [(Key, Option<Value>); N]) {
    span.get().change(|data| {
        for (key, value) in values {
            if let Some(value) = value {
                data.set(key, value);
            }
        }
    });
}

fn agent_in<'py>(headers: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = headers.py();
    if headers.is_none() {
        return Ok(headers.clone());
    }
    if let Ok(raw) = headers.cast::<RawHeaders>() {
        return Ok(raw.get().get(py, "user-agent").into_pyobject(py)?);
    }
    headers.call_method1(intern!(py, "get"), (intern!(py, "user-agent"),))
}

/// The URL without `user:password@`, and without its query if that is not to be told.
fn told(url: Text, with_query: bool) -> Text {
    let cut = if with_query { None } else { url.find('?').map(|at| Text::new(&url[..at])) };
    let url = cut.unwrap_or(url);
    if !url.contains('@') {
        return url;
    }
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    match authority.rfind('@') {
        Some(at) => Text::new(format!("{scheme}://{}", &rest[at + 1..])),
        None => url,
    }
}

/// Host (IPv6 without its brackets), port and path of an absolute URL; the scheme's own port if it names none, and `/`
/// where it has no path. No host and port where there is no scheme.
#[pyfunction]
pub fn url_parts(url: &Bound<'_, PyString>) -> (Option<String>, Option<u32>, String) {
    let url = url.to_string_lossy();
    let absolute = url.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?', '#']));
    let (scheme, rest) = absolute.unwrap_or(("", &url));
    let (authority, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let path = &after[..after.find(['?', '#']).unwrap_or(after.len())];
    let path = if path.is_empty() { "/" } else { path }.to_owned();
    if absolute.is_none() {
        return (None, None, path);
    }
    let (host, port) = split(authority.rsplit_once('@').map_or(authority, |(_, server)| server));
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = if digits { port.parse().ok() } else { usual_port(scheme) };
    (Some(host.to_lowercase()).filter(|host| !host.is_empty()), port, path)
}

fn split(authority: &str) -> (&str, &str) {
    match authority.strip_prefix('[') {
        Some(literal) => {
            let (host, rest) = literal.split_once(']').unwrap_or((literal, ""));
            (host, rest.trim_start_matches(':'))
        }
        None => authority.split_once(':').unwrap_or((authority, "")),
    }
}

fn usual_port(scheme: &str) -> Option<u32> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => Some(80),
        _ if scheme.eq_ignore_ascii_case("https") => Some(443),
        _ => None,
    }
}
