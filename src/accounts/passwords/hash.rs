//! Password hashes: argon2id as a PHC string.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::{Error, Result};

/// Memory in KiB, passes and lanes: the smallest set that OWASP recommends for argon2id. Each
/// hash holds 19 MiB for some 20 ms.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash of the same cost that no password is known for: verified against when there is no
/// account, so that the answer takes as long as for a wrong password.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCE$\
                            uh4Q0m9H7gZ2m4nR3bq3b1yC0v5Qp8sT6wXkLJdE1aY";

/// Hashes computed at once, at most: many sign-ins at a time must not take all memory.
const AT_ONCE: usize = 4;

static FREE: (Mutex<usize>, Condvar) = (Mutex::new(AT_ONCE), Condvar::new());

/// One of the places for computing a hash; waits for it.
struct Place;

impl Place {
    fn take() -> Self {
        let (free, changed) = &FREE;
        let guard = free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut guard =
            changed.wait_while(guard, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *guard -= 1;
        Self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (free, changed) = &FREE;
        *free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        changed.notify_one();
    }
}

/// Computes in one of the places, on a thread that ends with it: the allocator keeps for each thread
/// what that thread once needed, so that as many threads as ever signed somebody in at the same time
/// would each keep the memory of a hash.
fn in_place<T: Send>(compute: impl FnOnce() -> T + Send) -> T {
    let _place = Place::take();
    std::thread::scope(|scope| {
        scope.spawn(compute).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| Error::internal(format!("argon2 parameters: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password, with a salt of its own.
///
/// # Errors
/// Faults of ours only.
pub fn hash(password: &str) -> Result<String> {
    let hasher = hasher()?;
    let hash: PasswordHash = in_place(|| hasher.hash_password(password.as_bytes()))
        .map_err(|error| Error::internal(format!("hash a password: {error}")))?;
    Ok(hash.to_string())
}

/// Whether the password belongs to the hash. Without a hash (no such account, or one without a
/// password) the same work is done and the answer is no.
///
/// # Errors
/// A stored hash that cannot be read.
pub fn verify(password: &str, stored: Option<&str>) -> Result<bool> {
    let hasher = hasher()?;
    let hash = PasswordHash::new(stored.unwrap_or(NOBODYS_HASH))
        .map_err(|error| Error::internal(format!("stored password hash: {error}")))?;
    let right = in_place(|| hasher.verify_password(password.as_bytes(), &hash).is_ok());
    Ok(right && stored.is_some())
}

/// Whether a hash was made at another cost than today's.
pub fn is_outdated(stored: &str) -> bool {
    !stored.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_verifies_and_salts_differ() {
        let (one, other) = (hash("correct horse").unwrap(), hash("correct horse").unwrap());
        assert_ne!(one, other);
        assert!(!is_outdated(&one), "{one}");
        assert!(verify("correct horse", Some(&one)).unwrap());
        assert!(!verify("correct horsf", Some(&one)).unwrap());
    }

    #[test]
    fn without_an_account_the_work_is_the_same_and_the_answer_no() {
        assert!(!is_outdated(NOBODYS_HASH));
        let hash = PasswordHash::new(NOBODYS_HASH).unwrap();
        assert_eq!(hash.hash.unwrap().len(), 32);
        assert!(!verify("anything", None).unwrap());
    }

    #[test]
    fn hashes_of_another_cost_are_outdated_yet_verify() {
        let cheap =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let hash: PasswordHash = cheap.hash_password(b"correct horse").unwrap();
        let hash = hash.to_string();
        assert!(is_outdated(&hash));
        assert!(verify("correct horse", Some(&hash)).unwrap());
    }
}
