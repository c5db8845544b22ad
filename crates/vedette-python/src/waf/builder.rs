//! Python's values as the WAF's.

use std::borrow::Cow;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use vedette_waf::{Data, Limits, Parsed, Truncated};

/// Turns Python data into the WAF's, within limits.
pub(crate) struct Builder {
    limits: Limits,
    elements: usize,
    /// Bytes of all texts so far.
    pub(super) bytes: usize,
    /// What was left out so far.
    pub(super) cut: Truncated,
}

impl Builder {
    /// With nothing built yet.
    pub(crate) fn new(limits: Limits) -> Builder {
        Builder { limits, elements: limits.elements, bytes: 0, cut: Truncated::default() }
    }

    pub(crate) fn data(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> Data {
        if let Ok(text) = value.cast::<PyString>() {
            return self.text(text.to_string_lossy().into_owned());
        }
        if depth == 0 {
            self.cut.depth = self.limits.depth;
            return Data::Null;
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            return self.map(dict, depth);
        }
        if let Ok(list) = value.cast::<PyList>() {
            return Data::List(list.iter().map_while(|item| self.item(&item, depth, list.len())).collect());
        }
        if let Ok(tuple) = value.cast::<PyTuple>() {
            return Data::List(tuple.iter().map_while(|item| self.item(&item, depth, tuple.len())).collect());
        }
        self.scalar(value)
    }

    /// Data as it was sent.
    pub(crate) fn raw(&mut self, kind: &str, content: &Bound<'_, PyAny>) -> Data {
        let text = text_of(content);
        self.bytes += text.len();
        match kind {
            "json" => self.json(content.py(), text),
            "xml" => self.xml(text),
            "form" => vedette_waf::form(&text, self.fields()),
            "cookies" => vedette_waf::cookies(&text, self.fields()),
            "pieces" => vedette_waf::in_pieces(&text),
            _ => Data::Str(text.into_owned()),
        }
    }

    /// Fields that are looked at one by one, so that those of all parts of a request, and the text that the rest of
    /// each becomes, stay within what one evaluation looks at.
    fn fields(&self) -> usize {
        (self.limits.elements / 4).max(1)
    }

    fn json(&mut self, py: Python<'_>, text: Cow<'_, str>) -> Data {
        if let Some(parsed) = vedette_waf::json(text.as_bytes(), self.limits) {
            return self.parsed(parsed);
        }
        // What Python reads and others do not: half surrogates, NaN. Anything else is inspected as the text it is.
        let read = py
            .import(intern!(py, "json"))
            .and_then(|json| json.call_method1(intern!(py, "loads"), (&*text,)));
        match read {
            Ok(value) => self.whole_or_text(&value, &text),
            Err(_) => vedette_waf::in_pieces(&text),
        }
    }

    /// A value; the text that it was read from, where not all of it can be looked at.
    fn whole_or_text(&mut self, value: &Bound<'_, PyAny>, text: &str) -> Data {
        let before = std::mem::take(&mut self.cut);
        let data = self.data(value, self.limits.depth);
        let is_cut = self.cut.any();
        self.cut = self.cut.and(before);
        if is_cut {
            vedette_waf::in_pieces(text)
        } else {
            data
        }
    }

    /// What is no XML is inspected as the text it is.
    fn xml(&mut self, text: Cow<'_, str>) -> Data {
        match vedette_waf::xml(&text, self.limits) {
            Some(parsed) => self.parsed(parsed),
            None => Data::Str(text.into_owned()),
        }
    }

    fn parsed(&mut self, parsed: Parsed) -> Data {
        self.cut = self.cut.and(parsed.cut);
        parsed.data
    }

    fn text(&mut self, text: String) -> Data {
        self.bytes += text.len();
        Data::Str(text)
    }

    fn map(&mut self, dict: &Bound<'_, PyDict>, depth: usize) -> Data {
        let pair = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let value = self.item(&value, depth, dict.len())?;
            Some((key.str().map(|key| key.to_string_lossy().into_owned()).unwrap_or_default(), value))
        };
        Data::Map(dict.iter().map_while(pair).collect())
    }

    /// An element of a container of `size`; None when no more are looked at.
    fn item(&mut self, value: &Bound<'_, PyAny>, depth: usize, size: usize) -> Option<Data> {
        if self.elements == 0 {
            self.cut.elements = self.cut.elements.max(size);
            return None;
        }
        self.elements -= 1;
        Some(self.data(value, depth - 1))
    }

    fn scalar(&mut self, value: &Bound<'_, PyAny>) -> Data {
        if let Ok(truth) = value.cast::<PyBool>() {
            return Data::Bool(truth.is_true());
        }
        if value.cast::<PyInt>().is_ok() {
            return value
                .extract()
                .map_or_else(|_| Data::Double(value.extract().unwrap_or(f64::NAN)), Data::Int);
        }
        if let Ok(number) = value.cast::<PyFloat>() {
            return Data::Double(number.value());
        }
        match value.cast::<PyBytes>() {
            Ok(bytes) => self.text(String::from_utf8_lossy(bytes.as_bytes()).into_owned()),
            Err(_) => Data::Null,
        }
    }
}

/// The text of bytes or a string, with marks where it is none.
fn text_of<'a>(content: &'a Bound<'_, PyAny>) -> Cow<'a, str> {
    if let Ok(bytes) = content.cast::<PyBytes>() {
        return String::from_utf8_lossy(bytes.as_bytes());
    }
    content.cast::<PyString>().map_or(Cow::Borrowed(""), |text| text.to_string_lossy())
}
