//! ASGI scopes (<https://asgi.readthedocs.io/en/latest/specs/www.html>): what a request asked for.

use std::borrow::Cow;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

/// URL and query string of an HTTP or WebSocket scope; empty where it tells nothing.
#[pyfunction]
pub fn asgi_target(scope: &Bound<'_, PyAny>) -> PyResult<(String, String)> {
    let py = scope.py();
    let (path, raw_path) = (entry(scope, intern!(py, "path"))?, entry(scope, intern!(py, "raw_path"))?);
    let (path, raw_path) = (text_of(path.as_ref()), text_of(raw_path.as_ref()));
    let target = if raw_path.is_empty() { &*path } else { raw_path.split('?').next().unwrap_or_default() };
    let query = entry(scope, intern!(py, "query_string"))?;
    let query = text_of(query.as_ref());
    let scheme = entry(scope, intern!(py, "scheme"))?;
    let scheme = Some(text_of(scheme.as_ref())).filter(|scheme| !scheme.is_empty());
    let headers = entry(scope, intern!(py, "headers"))?;
    let host = match headers.and_then(|pairs| first_header(&pairs, "host")).filter(|host| !host.is_empty()) {
        Some(host) => host,
        None => {
            entry(scope, intern!(py, "server"))?.and_then(|server| server_of(&server)).unwrap_or_default()
        }
    };
    let mark = if query.is_empty() { "" } else { "?" };
    let url = format!("{}://{host}{target}{mark}{query}", scheme.as_deref().unwrap_or("http"));
    Ok((url, query.into_owned()))
}

fn entry<'py>(scope: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let value = match scope.cast::<PyDict>() {
        Ok(scope) => scope.get_item(name)?,
        Err(_) => Some(scope.call_method1(intern!(scope.py(), "get"), (name,))?),
    };
    Ok(value.filter(|value| !value.is_none()))
}

/// The value of the first header of that name in pairs of bytes, whatever its case; None if there is none.
#[pyfunction]
pub fn first_header(pairs: &Bound<'_, PyAny>, name: &str) -> Option<String> {
    let is_it = |pair: &Bound<'_, PyAny>| {
        let key = part(pair, 0);
        key.is_some_and(|key| key.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
    };
    let found = pairs.try_iter().ok()?.flatten().find(is_it)?;
    part(&found, 1).map(|value| latin1(value.as_bytes()).into_owned())
}

/// Pairs are tuples; some servers make lists of them.
fn part<'py>(pair: &Bound<'py, PyAny>, at: usize) -> Option<Bound<'py, PyBytes>> {
    let part = match pair.cast::<PyTuple>() {
        Ok(tuple) => tuple.get_item(at),
        Err(_) => pair.get_item(at),
    };
    part.ok()?.cast_into().ok()
}

fn server_of(server: &Bound<'_, PyAny>) -> Option<String> {
    let host = server.get_item(0).ok()?;
    let port = server.get_item(1).ok()?;
    Some(if port.is_none() { host.to_string() } else { format!("{host}:{port}") })
}

/// Text, or bytes as HTTP has them.
fn text_of<'a>(value: Option<&'a Bound<'_, PyAny>>) -> Cow<'a, str> {
    let Some(value) = value else { return Cow::Borrowed("") };
    match value.cast::<PyString>() {
        Ok(text) => text.to_string_lossy(),
        Err(_) => value.cast::<PyBytes>().map_or(Cow::Borrowed(""), |bytes| latin1(bytes.as_bytes())),
    }
}

fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}
