//! Answers that show a record: its version as entity tag, the number of the change that was made,
//! and where a new one is.

use actix_web::HttpResponse;
use serde::Serialize;

use super::extract::{change_header, etag};
use crate::records::ops::Written;

/// A record as it is.
pub fn shown(version: i32, view: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(version)).json(view)
}

/// A record that has been changed.
pub fn changed(version: i32, written: Written<impl Serialize>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(etag(version))
        .insert_header(change_header(written.change))
        .json(written.value)
}

/// A record that has been created, below `/api/v1/`.
pub fn created(place: &str, version: i32, written: Written<impl Serialize>) -> HttpResponse {
    HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/{place}")))
        .insert_header(etag(version))
        .insert_header(change_header(written.change))
        .json(written.value)
}

/// A record that is gone.
pub fn removed(change: i64) -> HttpResponse {
    HttpResponse::NoContent().insert_header(change_header(change)).finish()
}
