//! Headers as HTTP libraries hold them: for the wire a list of lines, or of tuples of names and a value, all bytes; for
//! their users a dictionary that knows how names are spelled.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};

/// Such a list as a mapping that takes headers. Reading and writing it natively costs a request a fifth of what the
/// libraries' own mappings do.
#[pyclass(frozen, module = "vedette._native")]
pub struct RawHeaders {
    list: Py<PyList>,
    /// How often a tuple says the name, before the value; 0 for lines.
    names: usize,
}

#[pymethods]
impl RawHeaders {
    #[new]
    fn new(list: Bound<'_, PyList>, names: usize) -> PyResult<RawHeaders> {
        if names > 2 {
            return Err(PyValueError::new_err("names: 0 (lines), 1 or 2"));
        }
        Ok(RawHeaders { list: list.unbind(), names })
    }

    /// The value of the first header of that name, whatever its case.
    pub fn get(&self, py: Python<'_>, name: &str) -> Option<String> {
        let entry = self.list.bind(py).iter().find(|entry| self.is_of(entry, name))?;
        Some(self.value_of(&entry)?.iter().map(|&byte| char::from(byte)).collect())
    }

    /// All headers; bytes as they are, names as they are spelled.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)>> {
        let pair = |entry: Bound<'py, PyAny>| {
            let (name, value) = (self.name_of(&entry)?, self.value_of(&entry)?);
            Some(Ok((PyBytes::new(py, &name), PyBytes::new(py, &value))))
        };
        self.list.bind(py).iter().filter_map(pair).collect()
    }

    fn __setitem__(&self, py: Python<'_>, name: &str, value: &str) -> PyResult<()> {
        self.set(py, name, value)
    }
}

impl RawHeaders {
    /// Puts a header at the end, in the place of all of that name.
    pub fn set(&self, py: Python<'_>, name: &str, value: &str) -> PyResult<()> {
        let list = self.list.bind(py);
        for at in (0..list.len()).rev() {
            if list.get_item(at).is_ok_and(|entry| self.is_of(&entry, name)) {
                list.del_item(at)?;
            }
        }
        list.append(self.entry(py, name, value)?)
    }

    fn entry<'py>(&self, py: Python<'py>, name: &str, value: &str) -> PyResult<Bound<'py, PyAny>> {
        if self.names == 0 {
            return Ok(PyBytes::new(py, format!("{name}: {value}").as_bytes()).into_any());
        }
        let key = PyBytes::new(py, name.as_bytes());
        let mut parts = vec![key; self.names];
        parts.push(PyBytes::new(py, value.as_bytes()));
        PyTuple::new(py, parts).map(Bound::into_any)
    }

    fn is_of(&self, entry: &Bound<'_, PyAny>, name: &str) -> bool {
        let is = |bytes: &[u8]| bytes.eq_ignore_ascii_case(name.as_bytes());
        if self.names > 0 {
            return part(entry, 0).is_some_and(|key| is(key.as_bytes()));
        }
        let Ok(line) = entry.cast::<PyBytes>() else { return false };
        let line = line.as_bytes();
        line.get(name.len()) == Some(&b':') && is(&line[..name.len()])
    }

    fn name_of(&self, entry: &Bound<'_, PyAny>) -> Option<Vec<u8>> {
        if self.names > 0 {
            return part(entry, 0).map(|name| name.as_bytes().to_vec());
        }
        let line = entry.cast::<PyBytes>().ok()?.as_bytes();
        let end = line.iter().position(|&byte| byte == b':')?;
        // A request's first line has a colon too where it asks a proxy, but before it stands no token (RFC 9110).
        (!line[..end].contains(&b' ')).then(|| line[..end].to_vec())
    }

    fn value_of(&self, entry: &Bound<'_, PyAny>) -> Option<Vec<u8>> {
        if self.names > 0 {
            return part(entry, self.names).map(|value| value.as_bytes().to_vec());
        }
        let line = entry.cast::<PyBytes>().ok()?.as_bytes();
        let start = line.iter().position(|&byte| byte == b':')? + 1;
        Some(line[start..].trim_ascii().to_vec())
    }
}

/// A dictionary from names in lower case to pairs of a name and its value, as Requests keeps what its mapping shows.
#[pyclass(frozen, module = "vedette._native")]
pub struct CasedHeaders(Py<PyDict>);

#[pymethods]
impl CasedHeaders {
    #[new]
    fn new(dict: Bound<'_, PyDict>) -> CasedHeaders {
        CasedHeaders(dict.unbind())
    }

    fn __setitem__(&self, py: Python<'_>, name: &str, value: &str) -> PyResult<()> {
        self.set(py, name, value)
    }
}

impl CasedHeaders {
    /// Puts a header in the place of the one of that name.
    pub fn set(&self, py: Python<'_>, name: &str, value: &str) -> PyResult<()> {
        // As an object: an OrderedDict keeps its order in a method of its own.
        self.0.bind(py).as_any().set_item(name.to_ascii_lowercase(), (name, value))
    }
}

fn part<'py>(entry: &Bound<'py, PyAny>, at: usize) -> Option<Bound<'py, PyBytes>> {
    entry.cast::<PyTuple>().ok()?.get_item(at).ok()?.cast_into::<PyBytes>().ok()
}
