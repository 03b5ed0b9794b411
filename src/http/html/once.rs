//! Forms that create something, once, however often they are sent: a key lies in the form.

use std::sync::Arc;

use actix_web::{Either, HttpResponse};

use super::{Posted, Refused, Visit, redirect};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::{Claim, Recalled};

/// Name of the hidden field with the key.
pub const ONCE_FIELD: &str = "once";

/// A key for a form that is shown for the first time.
pub fn key() -> (String, String) {
    (ONCE_FIELD.to_owned(), uuid::Uuid::new_v4().to_string())
}

/// Creates what the form asks for, or finds what this very form has created already. Returns its id.
///
/// # Errors
/// Those of `create`; [`Error::Unauthenticated`] for visitors.
pub fn create_once(
    app: &App,
    caller: &Caller,
    form: &Posted,
    operation: &str,
    create: impl FnOnce(&Caller) -> Result<String>,
) -> Result<String> {
    let person = caller.signed_in()?.user_id;
    // With what was typed: whoever goes back and makes another record of the same form gets another.
    let claim = form.filled(ONCE_FIELD).map(|key| {
        let key = format!("{key}-{}", &form.fingerprint()[..16]);
        Claim::new(person, &key, operation.to_owned(), b"")
    });
    if let Some(id) = created_before(app, claim.as_ref())? {
        return Ok(id);
    }
    let caller = Caller { idempotency: claim.clone(), ..caller.clone() };
    match create(&caller) {
        Err(Error::Conflict { message, legal }) => match created_before(app, claim.as_ref())? {
            Some(id) => Ok(id),
            None => Err(Error::Conflict { message, legal }),
        },
        other => other,
    }
}

/// Creates by the form of `/{folder}/new` what has its page in that folder, and goes on to this page; or
/// says with which status and why not, so that the form can be shown again.
///
/// # Errors
/// What needs a page of its own.
pub async fn create_posted(
    app: &Arc<App>,
    visit: &Visit,
    form: &Posted,
    folder: &'static str,
    create: impl FnOnce(&App, &Caller, &Posted) -> Result<String> + Send + 'static,
) -> Result<Either<(u16, Refused), HttpResponse>> {
    let (caller, sent) = (visit.caller.clone(), form.clone());
    let created = app
        .run(move |app| {
            let operation = format!("POST /{folder}/new");
            create_once(app, &caller, &sent, &operation, |caller| create(app, caller, &sent))
        })
        .await;
    match created {
        Ok(id) => Ok(Either::Right(redirect(&format!("/{folder}/{id}")))),
        Err(error) => Ok(Either::Left((error.status(), Refused::of_form(error)?))),
    }
}

fn created_before(app: &App, claim: Option<&Claim>) -> Result<Option<String>> {
    let Some(claim) = claim else { return Ok(None) };
    match idempotency::ops::recall(app, claim)? {
        Some(Recalled::Created { created, .. }) => Ok(Some(created.id)),
        _ => Ok(None),
    }
}
