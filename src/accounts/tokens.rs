//! Access tokens (JWT, HS256) and the keys that sign them.
//!
//! The keys lie in the database, so that all nodes share them; a new one is made when there is
//! none or the newest has reached its age. Tokens name their key, and a retired key stays valid
//! until the last token it has signed has ended: nobody is signed out by a rotation.

pub mod model;

use std::sync::{PoisonError, RwLock};

use chrono::TimeDelta;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, Validation, decode,
    decode_header, encode,
};
use ring::hmac;

use self::model::{Claims, KeyId, SigningKey};
use super::principal::{SessionId, UserId};
use super::{secrets, store};
use crate::app::App;
use crate::db::Timestamp;
use crate::error::{Error, Result};

/// Who issues the tokens.
const ISSUER: &str = "townbridge";
/// Whom they are for.
const AUDIENCE: &str = "townbridge-api";
/// Difference between the clocks of two nodes that is put up with.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// Keys as last read from the database, newest first.
#[derive(Default)]
pub struct Keyring {
    keys: RwLock<Vec<SigningKey>>,
}

impl Keyring {
    /// A token for a session, signed by the newest key.
    ///
    /// # Errors
    /// Database faults.
    pub fn issue(&self, app: &App, user: UserId, session: SessionId) -> Result<String> {
        install_provider();
        let now = app.clock.now();
        let key = self.newest(app, now)?;
        let iat = now.0.timestamp();
        let claims = Claims {
            sub: user,
            sid: session,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            exp: iat + i64::from(app.config.accounts.access_token_seconds),
            iat,
        };
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(key.id.to_string());
        encode(&header, &claims, &EncodingKey::from_secret(key.secret.as_bytes()))
            .map_err(|error| Error::internal(format!("sign a token: {error}")))
    }

    /// What a token says, if it is ours and still valid.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; database faults.
    pub fn check(&self, app: &App, token: &str) -> Result<Claims> {
        install_provider();
        let refused = || Error::Unauthenticated("error.token_invalid".into());
        let header = decode_header(token).map_err(|_| refused())?;
        let kid: KeyId = header.kid.and_then(|kid| kid.parse().ok()).ok_or_else(refused)?;
        let now = app.clock.now();
        let key = self.find(app, kid)?.filter(|key| still_valid(app, key, now));
        let key = key.ok_or_else(refused)?;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Checked below, by our own clock.
        rules.validate_exp = false;
        let decoding = DecodingKey::from_secret(key.secret.as_bytes());
        let claims = decode::<Claims>(token, &decoding, &rules).map_err(|_| refused())?.claims;
        let latest_start = (now.0 + LEEWAY).timestamp();
        if claims.exp <= now.0.timestamp() || claims.iat > latest_start {
            return Err(refused());
        }
        Ok(claims)
    }

    fn find(&self, app: &App, kid: KeyId) -> Result<Option<SigningKey>> {
        let known = |keys: &[SigningKey]| keys.iter().find(|key| key.id == kid).cloned();
        if let Some(key) = known(&self.keys.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(Some(key));
        }
        let keys = app.db.read(store::signing_keys)?;
        let found = known(&keys);
        self.remember(keys);
        Ok(found)
    }

    fn newest(&self, app: &App, now: Timestamp) -> Result<SigningKey> {
        let fresh = |keys: &[SigningKey]| {
            let end_of = |key: &SigningKey| {
                key.created_at.0 + TimeDelta::days(app.config.accounts.signing_key_days.into())
            };
            keys.first().filter(|key| key.retired_at.is_none() && now.0 < end_of(key)).cloned()
        };
        if let Some(key) = fresh(&self.keys.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(key);
        }
        let keys = app.db.write(|db| {
            let keys = store::signing_keys(db)?;
            if fresh(&keys).is_some() {
                return Ok(keys);
            }
            let key = SigningKey {
                id: KeyId::new(),
                secret: secrets::random()?,
                retired_at: None,
                created_at: now,
            };
            store::insert_signing_key(db, &key)?;
            store::retire_signing_keys(db, key.id, now)?;
            store::delete_signing_keys(db, Timestamp::new(now.0 - token_lifetime(app) - LEEWAY))?;
            store::signing_keys(db)
        })?;
        let key = keys.first().cloned();
        self.remember(keys);
        key.ok_or_else(|| Error::internal("no signing key after making one"))
    }

    fn remember(&self, keys: Vec<SigningKey>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }
}

fn token_lifetime(app: &App) -> TimeDelta {
    TimeDelta::seconds(app.config.accounts.access_token_seconds.into())
}

fn still_valid(app: &App, key: &SigningKey, now: Timestamp) -> bool {
    key.retired_at.is_none_or(|retired| now.0 <= retired.0 + token_lifetime(app) + LEEWAY)
}

/// HMAC-SHA-256 by `ring`, which TLS needs anyway: the only algorithm there is. A token that
/// names another one (or `none`) finds neither a rule that allows it nor code that could check it.
struct Hs256(hmac::Key);

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, SignatureError> {
        Ok(hmac::sign(&self.0, message).as_ref().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(
        &self,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> std::result::Result<(), SignatureError> {
        hmac::verify(&self.0, message, signature).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

fn only_hs256(algorithm: Algorithm, family: AlgorithmFamily) -> jsonwebtoken::errors::Result<()> {
    if algorithm == Algorithm::HS256 && family == AlgorithmFamily::Hmac {
        Ok(())
    } else {
        Err(ErrorKind::InvalidAlgorithm.into())
    }
}

fn signer(
    algorithm: &Algorithm,
    key: &EncodingKey,
) -> jsonwebtoken::errors::Result<Box<dyn JwtSigner>> {
    only_hs256(*algorithm, key.family())?;
    Ok(Box::new(Hs256(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))))
}

fn verifier(
    algorithm: &Algorithm,
    key: &DecodingKey,
) -> jsonwebtoken::errors::Result<Box<dyn JwtVerifier>> {
    only_hs256(*algorithm, key.family())?;
    Ok(Box::new(Hs256(hmac::Key::new(hmac::HMAC_SHA256, key.try_get_as_bytes()?))))
}

fn install_provider() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: signer,
        verifier_factory: verifier,
        key_utils: KeyUtils::new_unimplemented(),
    };
    // Fails only when it is installed already.
    let _ = PROVIDER.install_default();
}
