//! The decorator's span: how to make such a span again, for each call of the function.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use vedette_model::Text;

use super::{attributes, Span};
use crate::remote;

impl Span {
    /// The arguments that make such a span again.
    pub(super) fn template<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let template = PyDict::new(py);
        let data = self.data().clone().unwrap_or_default();
        let given = |text: &Text| Some(text.to_string()).filter(|text| !text.is_empty());
        template.set_item("name", data.name.as_str())?;
        template.set_item("resource", given(&data.resource))?;
        template.set_item("service", given(&data.service))?;
        template.set_item("type", given(&data.span_type))?;
        template.set_item("kind", Some(data.kind.name()).filter(|name| !name.is_empty()))?;
        template.set_item("attributes", attributes::to_dict(py, &data.attributes)?)?;
        if self.given {
            template.set_item("parent", self.given_parent(py)?)?;
        }
        Ok(template)
    }

    /// The parent as it was given: a span, a context, or False for none.
    fn given_parent<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(parent) = &self.parent {
            return Ok(parent.bind(py).clone().into_any());
        }
        if let Some(context) = remote::context_of(&self.trace) {
            return Ok(Bound::new(py, context)?.into_any());
        }
        Ok(false.into_pyobject(py)?.to_owned().into_any())
    }
}
