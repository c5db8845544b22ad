//! A finding as Python gets it.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use vedette_waf::{Data, Finding};

/// A finding as a dictionary.
pub(super) fn dict_of<'py>(py: Python<'py>, finding: &Finding) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let tags = PyDict::new(py);
    for (name, value) in &finding.tags {
        tags.set_item(name, value)?;
    }
    dict.set_item("rule_id", &finding.rule_id)?;
    dict.set_item("rule_name", &finding.rule_name)?;
    dict.set_item("tags", tags)?;
    dict.set_item("operator", &finding.operator)?;
    dict.set_item("operator_value", &finding.operator_value)?;
    dict.set_item("address", &finding.address)?;
    dict.set_item("key_path", &finding.key_path)?;
    dict.set_item("value", &finding.value)?;
    dict.set_item("highlight", &finding.highlight)?;
    dict.set_item("on_match", &finding.on_match)?;
    dict.set_item("event", finding.event)?;
    dict.set_item("keep", finding.keep)?;
    dict.set_item("attributes", attributes_dict(py, &finding.attributes)?)?;
    if let Some(sink) = &finding.sink {
        dict.set_item("sink", (&sink.address, &sink.value))?;
    }
    Ok(dict)
}

fn attributes_dict<'py>(py: Python<'py>, attributes: &[(String, Data)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in attributes {
        match value {
            Data::Str(text) => dict.set_item(name, text)?,
            Data::Bool(truth) => dict.set_item(name, truth)?,
            Data::Int(number) => dict.set_item(name, number)?,
            Data::Double(number) => dict.set_item(name, number)?,
            Data::Null | Data::List(_) | Data::Map(_) => {}
        }
    }
    Ok(dict)
}
