//! Signing for those who hand out configurations.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The Ed25519 public key of a secret one, in hexadecimal digits. Raises ValueError if `seed` has not 32 bytes.
#[pyfunction]
pub fn public_key(seed: &[u8]) -> PyResult<String> {
    vedette_remote::public_key(seed).ok_or_else(|| PyValueError::new_err("a key has 32 bytes"))
}

/// The signature of a JSON document in its canonical form (The Update Framework), in hexadecimal digits.
///
/// Raises ValueError if `seed` has not 32 bytes, or `json` has no canonical form.
#[pyfunction]
pub fn signed_json(seed: &[u8], json: &str) -> PyResult<String> {
    let canonical =
        vedette_remote::canonical_json(json).ok_or_else(|| PyValueError::new_err("no canonical form"))?;
    vedette_remote::sign(seed, canonical.as_bytes())
        .ok_or_else(|| PyValueError::new_err("a key has 32 bytes"))
}
