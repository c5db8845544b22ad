//! What kind of sensitive data a string is, in the public form: a category and a type.

/// A class of sensitive data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// `pii`, `credentials` or `payment`.
    pub category: &'static str,
    /// What it is, such as `email`.
    pub kind: &'static str,
    /// Who issued a payment card.
    pub issuer: Option<&'static str>,
}

/// About a person.
pub const fn personal(kind: &'static str) -> Class {
    Class { category: "pii", kind, issuer: None }
}

/// What opens a door.
pub const fn credential(kind: &'static str) -> Class {
    Class { category: "credentials", kind, issuer: None }
}

/// What money can be taken by.
pub const fn payment(kind: &'static str, issuer: Option<&'static str>) -> Class {
    Class { category: "payment", kind, issuer }
}
