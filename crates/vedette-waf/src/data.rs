//! What the rules look at.

use std::borrow::Cow;

/// The name of a part of a request, such as `server.request.query`.
pub type Address = Cow<'static, str>;

/// A value of a request: what JSON has, and integers apart from other numbers.
///
/// Whoever builds one bounds its depth (dropping recurses); see [`Limits`](crate::Limits) for what is inspected.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Data {
    /// Nothing, which is not the same as absent.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Double(f64),
    /// Text.
    Str(String),
    /// Values in order.
    List(Vec<Data>),
    /// Named values in order; names may repeat.
    Map(Vec<(String, Data)>),
}

impl Data {
    /// The value of that name in a map.
    pub(crate) fn get(&self, name: &str) -> Option<&Data> {
        match self {
            Data::Map(items) => items.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Data::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Data::Str(text.to_owned())
    }
}

impl From<serde_json::Value> for Data {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Data::Null,
            Value::Bool(value) => Data::Bool(value),
            Value::Number(value) => {
                value.as_i64().map_or_else(|| Data::Double(value.as_f64().unwrap_or(f64::NAN)), Data::Int)
            }
            Value::String(value) => Data::Str(value),
            Value::Array(items) => Data::List(items.into_iter().map(Data::from).collect()),
            Value::Object(items) => {
                Data::Map(items.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
        }
    }
}
