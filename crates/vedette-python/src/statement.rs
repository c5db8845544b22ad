//! Statements of databases, without what nobody is to read.

use pyo3::prelude::*;
use vedette_sql::{obfuscate, Dialect};

/// A statement of SQL whose literals are `?`. What is no SQL comes back with its quoted texts and numbers replaced.
#[pyfunction]
pub fn obfuscated_statement(statement: &str) -> String {
    obfuscate(statement, Dialect::Generic).into_owned()
}
