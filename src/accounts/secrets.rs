//! Secrets that nobody can guess, and the form in which the database keeps them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::audit::model::hex;
use crate::error::{Error, Result};

/// Random bytes.
///
/// # Errors
/// When the system has no randomness to give.
pub fn bytes<const COUNT: usize>() -> Result<[u8; COUNT]> {
    let mut bytes = [0_u8; COUNT];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::internal("the system gives no random numbers"))?;
    Ok(bytes)
}

/// 256 random bits, as text that fits into an address.
///
/// # Errors
/// When the system has no randomness to give.
pub fn random() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// What the database keeps of a random secret. A fast hash does: there is nothing to guess.
pub fn fingerprint(secret: &str) -> String {
    hex(digest(&SHA256, secret.as_bytes()).as_ref())
}

/// Another secret, made from one and a random seed. Whoever lacks either can guess nothing: the
/// database may keep the seed, as long as it does not keep the secret.
pub fn derived(secret: &str, seed: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, seed.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_fit_into_an_address() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }

    #[test]
    fn a_derived_secret_needs_both_halves() {
        let made = derived("secret", "seed");
        assert_eq!(made, derived("secret", "seed"));
        assert_eq!(made.len(), 43);
        assert!(derived("secret", "other") != made && derived("other", "seed") != made);
    }

    #[test]
    fn fingerprint_is_sha_256() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(fingerprint("abc"), known);
    }
}
