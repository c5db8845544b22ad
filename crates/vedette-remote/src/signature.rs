//! Ed25519 (RFC 8032) over canonical JSON, for those who verify and those who sign.

use ring::digest;
use ring::signature::{Ed25519KeyPair, KeyPair, UnparsedPublicKey, ED25519};

use crate::{canonical, encoding};

/// Hexadecimal SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> String {
    encoding::to_hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// The public key of a secret one, in hexadecimal digits; None if `seed` has not 32 bytes.
pub fn public_key(seed: &[u8]) -> Option<String> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    Some(encoding::to_hex(pair.public_key().as_ref()))
}

/// The signature of `message` in hexadecimal digits; None if `seed` has not 32 bytes.
pub fn sign(seed: &[u8], message: &[u8]) -> Option<String> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    Some(encoding::to_hex(pair.sign(message).as_ref()))
}

/// The canonical form of a JSON text: what is signed. None if it is no JSON, or has fractions.
pub fn canonical_json(json: &str) -> Option<String> {
    canonical::write(&serde_json::from_str(json).ok()?)
}

pub(crate) fn is_signed_by(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn the_vector_of_the_standard_holds() {
        let seed =
            encoding::from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
        let key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        assert_eq!(public_key(&seed).unwrap(), key);
        let signature = encoding::from_hex(&sign(&seed, &[0x72]).unwrap()).unwrap();
        assert_eq!(signature[..4], [0x92, 0xa0, 0x09, 0xa9]);
        let key = encoding::from_hex(key).unwrap();
        assert!(is_signed_by(&key, &[0x72], &signature));
        assert!(!is_signed_by(&key, &[0x73], &signature));
        assert!(!is_signed_by(&key[1..], &[0x72], &signature));
    }
}
