//! Accounts without HTTP: sign-in, tokens, keys.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use super::ops::{authenticate, create_user, names, open_session, sign_in};
use super::principal::{Caller, Role, UserId};
use super::roles::model::GrantRole;
use super::sessions::model::SignIn;
use super::users::model::CreateUser;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Overrides};
use crate::error::Error;

struct Running {
    app: Arc<App>,
    clock: Clock,
    _dir: tempfile::TempDir,
}

fn start() -> Running {
    let dir = tempfile::tempdir().unwrap();
    let overrides = Overrides { data_dir: Some(dir.path().join("data")), ..Overrides::default() };
    let mut config = Config::load(None, &overrides).unwrap();
    config.accounts.attempts_per_account = 5;
    let clock = Clock::default();
    Running { app: App::open(config, clock.clone()).unwrap(), clock, _dir: dir }
}

const MAIL: &str = "lu.yi@townbridge.example";
const PASSWORD: &str = "lantern festival";

fn person(app: &App) -> UserId {
    let command = CreateUser {
        mail: " Lu.Yi@Townbridge.example".to_owned(),
        name: "卢怡".to_owned(),
        password: Some(PASSWORD.to_owned()),
        language: None,
        roles: vec![
            GrantRole::unbound(Role::PlatformAdmin),
            GrantRole::in_region(Role::Liaison, "442000105"),
        ],
    };
    create_user(app, &Caller::system("test"), &command).unwrap().id
}

fn credentials(mail: &str, password: &str) -> SignIn {
    SignIn { mail: mail.to_owned(), password: password.to_owned() }
}

fn is_refused<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unauthenticated(_)))
}

#[test]
fn who_signs_in_is_known_by_the_token_with_the_roles_held() {
    let Running { app, .. } = start();
    let id = person(&app);
    let anybody = Caller::anonymous();
    let tokens = sign_in(&app, &anybody, &credentials("LU.YI@townbridge.example", PASSWORD), None);
    let principal = authenticate(&app, &tokens.unwrap().access_token).unwrap();
    assert_eq!(principal.user_id, id);
    assert_eq!(principal.name, "卢怡");
    assert!(principal.is_admin() && principal.reviews("442000105"));
    assert!(!principal.reviews("442000118"));
    assert_eq!(app.db.read(|db| names(db, &[id, id])).unwrap()[&id], "卢怡");
}

#[test]
fn wrong_password_and_unknown_address_are_refused_alike() {
    let Running { app, .. } = start();
    person(&app);
    let anybody = Caller::anonymous();
    let wrong = sign_in(&app, &anybody, &credentials(MAIL, "lantern festivax"), None);
    let unknown = sign_in(&app, &anybody, &credentials("no@townbridge.example", PASSWORD), None);
    let texts: Vec<String> = [wrong, unknown].map(|r| r.err().unwrap().to_string()).into();
    assert_eq!(texts[0], texts[1]);
    assert!(texts[0].contains("sign_in_failed"));
}

#[test]
fn same_address_is_taken_whatever_its_case() {
    let Running { app, .. } = start();
    person(&app);
    let command = CreateUser {
        mail: MAIL.to_uppercase(),
        name: "卢怡".to_owned(),
        password: None,
        language: None,
        roles: vec![],
    };
    let again = create_user(&app, &Caller::system("test"), &command);
    assert!(matches!(again, Err(Error::Conflict { .. })));
}

#[test]
fn tokens_end_and_cannot_be_altered() {
    let Running { app, clock, .. } = start();
    let id = person(&app);
    let token = open_session(&app, &Caller::anonymous(), id, None).unwrap().access_token;
    assert!(authenticate(&app, &token).is_ok());

    let parts: Vec<&str> = token.split('.').collect();
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    let none = URL_SAFE_NO_PAD.encode(header.replace("HS256", "none"));
    assert!(is_refused(authenticate(&app, &format!("{none}.{}.", parts[1]))));
    let stronger = URL_SAFE_NO_PAD.encode(header.replace("HS256", "HS512"));
    assert!(is_refused(authenticate(&app, &format!("{stronger}.{}.{}", parts[1], parts[2]))));
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let other = URL_SAFE_NO_PAD.encode(claims.replace(&id.to_string(), &UserId::new().to_string()));
    assert!(is_refused(authenticate(&app, &format!("{}.{other}.{}", parts[0], parts[2]))));
    assert!(is_refused(authenticate(&app, "no token at all")));

    clock.advance(TimeDelta::seconds(899));
    assert!(authenticate(&app, &token).is_ok());
    clock.advance(TimeDelta::seconds(2));
    assert!(is_refused(authenticate(&app, &token)));
}

#[test]
fn tokens_for_others_or_by_other_keys_are_refused() {
    let Running { app, .. } = start();
    let id = person(&app);
    let token = open_session(&app, &Caller::anonymous(), id, None).unwrap().access_token;
    let mut parts = token.split('.');
    let header = parts.next().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
    let claims = String::from_utf8(claims).unwrap();
    let keys = app.db.read(super::store::signing_keys).unwrap();
    let sign = |secret: &str, claims: &str| {
        let text = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let signature = ring::hmac::sign(&key, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let own = keys[0].secret.as_str();
    assert!(authenticate(&app, &sign(own, &claims)).is_ok(), "the test signs as the service does");
    assert!(is_refused(authenticate(&app, &sign("another secret", &claims))));
    let elsewhere = claims.replace("townbridge-api", "another-api");
    assert!(is_refused(authenticate(&app, &sign(own, &elsewhere))));
    let foreign = claims.replace("\"iss\":\"townbridge\"", "\"iss\":\"somebody\"");
    assert_ne!(foreign, claims);
    assert!(is_refused(authenticate(&app, &sign(own, &foreign))));
}

#[test]
fn a_new_key_signs_nobody_out() {
    let Running { app, clock, .. } = start();
    let id = person(&app);
    let open = || open_session(&app, &Caller::anonymous(), id, None).unwrap().access_token;
    open();
    clock.advance(TimeDelta::days(90) - TimeDelta::seconds(60));
    let old = open();
    clock.advance(TimeDelta::seconds(120));
    let new = open();
    assert_ne!(old.split('.').next(), new.split('.').next(), "signed by different keys");
    assert!(authenticate(&app, &old).is_ok());
    assert!(authenticate(&app, &new).is_ok());

    // Another node, which has read no key yet.
    let fresh = super::tokens::Keyring::default();
    assert!(fresh.check(&app, &old).is_ok() && fresh.check(&app, &new).is_ok());

    clock.advance(TimeDelta::days(91));
    open();
    let left = app.db.read(super::store::signing_keys).unwrap();
    assert_eq!(left.len(), 2, "the newest and the one it has replaced");
}
