//! Forms that bring files (`multipart/form-data`), read as they come in and cut off at a limit: no
//! request holds more memory than its operation allows.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpMessage, HttpRequest};
use futures_util::{StreamExt, TryStreamExt};

use crate::attachments::model::Upload;
use crate::error::{Error, Message, Result};

/// What may stand around the files: boundaries, headers, fields.
pub const ROOM_BYTES: usize = 64 * 1024;
/// Parts of a form at most.
const MAX_PARTS: usize = 100;
/// Name of files that come without one.
const UNNAMED: &str = "file";

/// A form that has been read.
#[derive(Debug, Default)]
pub struct Received {
    /// Plain fields, in order.
    pub fields: Vec<(String, String)>,
    /// Files with the names of their fields. A field for files that was left empty brings none.
    pub files: Vec<(String, Upload)>,
    /// Whether files were left out because they were too large.
    pub oversized: bool,
}

/// How large the files of a form may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one.
    pub each: usize,
    /// Bytes of all.
    pub together: usize,
    /// Bytes beyond that are read and forgotten, so that a form that was filled in with care is not
    /// lost to one file that is too large; none where a program is told at once.
    pub forgiven: usize,
}

/// Whether a request brings such a form.
pub fn is_form(request: &HttpRequest) -> bool {
    request.content_type().trim().eq_ignore_ascii_case("multipart/form-data")
}

/// Reads a form with files up to these limits.
///
/// # Errors
/// [`Error::UnsupportedMediaType`] for another body; [`Error::TooLarge`]; [`Error::BadRequest`] for
/// one that cannot be read.
pub async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limits: Limits,
) -> Result<Received> {
    if !is_form(request) {
        return Err(Error::UnsupportedMediaType);
    }
    let mut form = Multipart::new(request.headers(), payload.take());
    let mut received = Received::default();
    let mut left = limits.together.saturating_add(ROOM_BYTES);
    let mut forgiven = limits.forgiven;
    let mut parts = 0;
    while let Some(part) = form.next().await {
        let mut part = part.map_err(|error| unreadable(&error))?;
        parts += 1;
        if parts > MAX_PARTS {
            return Err(Error::TooLarge);
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = file_name(&part);
        let limit = if file_name.is_some() { limits.each } else { ROOM_BYTES };
        let spare = if file_name.is_some() { &mut forgiven } else { &mut 0 };
        let Some(bytes) = content(&mut part, limit.min(left), spare).await? else {
            received.oversized = true;
            continue;
        };
        left -= bytes.len();
        match file_name {
            // What browsers send for a field of files that nothing was chosen for.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => {
                let file = if file.is_empty() { UNNAMED.to_owned() } else { file };
                received.files.push((name, Upload { name: file, bytes }));
            }
            None => {
                let text =
                    String::from_utf8(bytes).map_err(|error| Error::BadRequest(reason(&error)))?;
                received.fields.push((name, text));
            }
        }
    }
    Ok(received)
}

/// The name of a file; none for a plain field.
fn file_name(part: &Field) -> Option<String> {
    let disposition = part.content_disposition()?;
    let extended = disposition.get_filename_ext();
    let extended = extended.and_then(|name| String::from_utf8(name.value.clone()).ok());
    extended.or_else(|| disposition.get_filename().map(str::to_owned))
}

/// What a part holds; none when it holds more than it may and that could be forgiven.
async fn content(part: &mut Field, limit: usize, spare: &mut usize) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut over = false;
    while let Some(chunk) = part.try_next().await.map_err(|error| unreadable(&error))? {
        if !over && bytes.len() + chunk.len() <= limit {
            bytes.extend_from_slice(&chunk);
            continue;
        }
        over = true;
        let passed = std::mem::take(&mut bytes).len() + chunk.len();
        *spare = spare.checked_sub(passed).ok_or(Error::TooLarge)?;
    }
    Ok((!over).then_some(bytes))
}

fn unreadable(error: &MultipartError) -> Error {
    match error {
        MultipartError::Payload(PayloadError::Overflow) => Error::TooLarge,
        other => Error::BadRequest(reason(other)),
    }
}

fn reason(error: &dyn std::fmt::Display) -> Message {
    Message::new("error.unreadable").with("reason", error)
}

/// A body as it comes, up to a limit.
///
/// # Errors
/// Those of [`read`].
pub async fn whole(mut payload: Payload, limit: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| unreadable(&MultipartError::Payload(error)))?;
        if bytes.len() + chunk.len() > limit {
            return Err(Error::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The parts of a form without the boundary between them, which clients draw anew for each attempt:
/// by what is left, two requests are told to bring the same.
pub fn without_boundary(content_type: &str, body: &[u8]) -> Vec<u8> {
    let boundary = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("boundary").then_some(value)
    });
    let Some(boundary) = boundary.filter(|text| !text.is_empty()) else { return body.to_vec() };
    let mark = [b"--", boundary.as_bytes()].concat();
    let mut left = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        left.extend_from_slice(&rest[..at]);
        left.extend_from_slice(b"--");
        rest = &rest[at + mark.len()..];
    }
    left.extend_from_slice(rest);
    left
}

/// The content type of a request as it was sent.
pub fn content_type(request: &HttpRequest) -> &str {
    let value = request.headers().get(CONTENT_TYPE);
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_attempts_to_send_the_same_differ_in_the_boundary_alone() {
        let form = |mark: &str, text: &str| {
            let body = format!("--{mark}\r\nname: a\r\n\r\n{text}\r\n--{mark}--\r\n");
            let kind = format!("multipart/form-data; charset=utf-8; boundary=\"{mark}\"");
            without_boundary(&kind, body.as_bytes())
        };
        assert_eq!(form("AaB03x", "hello"), form("zz-other", "hello"));
        assert_ne!(form("AaB03x", "hello"), form("AaB03x", "hallo"));
        assert_eq!(without_boundary("text/plain", b"--x"), b"--x");
    }
}
