//! Posted forms. A form counts only when it carries the token that its page was given and that
//! the browser holds in a cookie as well: another site can make a browser post, but cannot read
//! the token.

use std::pin::Pin;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::kept::Sent;
use super::visit::CSRF_COOKIE;
use super::{Frame, PageError, Visit};
use crate::accounts::principal::UserId;
use crate::accounts::secrets;
use crate::app::App;
use crate::attachments::model::Upload;
use crate::audit::model::hex;
use crate::error::{Error, FieldError, Message, Result};
use crate::http::extract::AppData;
use crate::http::upload::{self, Limits};
use crate::money::Money;
use crate::reading::narrow_digits;

/// Name of the hidden field with the token.
pub const CSRF_FIELD: &str = "csrf";
/// Key of the text that refuses a form of another page.
pub const EXPIRED: &str = "error.form_expired";
/// Digits of chance in a token, and digits that tell for whom it was made.
const CHANCE_DIGITS: usize = 32;
const PERSON_DIGITS: usize = 16;

/// A fresh token for the pages of somebody; of a visitor without an id.
///
/// # Errors
/// When the system has no random numbers.
pub fn token(user: Option<UserId>) -> Result<String> {
    let chance = hex(&secrets::bytes::<{ CHANCE_DIGITS / 2 }>()?);
    Ok(format!("{chance}{}", mark(&chance, user)))
}

/// What a token ends in. Nobody can make it for another person without knowing the id.
fn mark(chance: &str, user: Option<UserId>) -> String {
    let person = user.map_or_else(|| "visitor".to_owned(), |id| id.to_string());
    secrets::fingerprint(&format!("{chance} {person}"))[..PERSON_DIGITS].to_owned()
}

/// Whether a cookie holds a token of ours.
pub fn is_token(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.len() == CHANCE_DIGITS + PERSON_DIGITS && digits
}

/// Whether a token was made for this person.
pub fn is_for(token: &str, user: Option<UserId>) -> bool {
    let (chance, end) = token.split_at_checked(CHANCE_DIGITS).unwrap_or_default();
    is_token(token) && mark(chance, user) == end
}

/// The cookie with a token.
pub fn cookie(app: &App, token: String) -> Cookie<'static> {
    Cookie::build(CSRF_COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.server.secure_cookies)
        .finish()
}

/// The fields of a posted form, in order, names possibly repeated.
#[derive(Debug, Clone, Default)]
pub struct Posted(Vec<(String, String)>);

impl Posted {
    /// A form filled in by ourselves.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// All fields, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The form with one field filled in otherwise.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(field, _)| field != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// SHA-256 over all fields but the token, in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let fields = self.0.iter().filter(|(name, _)| name != CSRF_FIELD);
        let text: Vec<String> = fields.map(|(name, value)| format!("{name:?}={value:?}")).collect();
        let hash = ring::digest::digest(&ring::digest::SHA256, text.join("&").as_bytes());
        crate::audit::model::hex(hash.as_ref())
    }

    /// A field's text without white space around it; empty when it was not sent.
    pub fn text(&self, name: impl AsRef<str>) -> &str {
        self.raw(name.as_ref()).trim()
    }

    /// A field as it was typed, for secrets.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// A field's text when it is not empty.
    pub fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The version of the record that the form was made for.
    ///
    /// # Errors
    /// [`Error::PreconditionRequired`] when it names none.
    pub fn version(&self) -> Result<i32> {
        self.text("version").parse().map_err(|_| Error::PreconditionRequired)
    }

    /// The version that the form was made for, when it is still the `current` one. To be asked before
    /// what was typed is looked at: a form that is shown again for a mistake names the version that
    /// it shows.
    ///
    /// # Errors
    /// [`Error::PreconditionRequired`]; [`Error::PreconditionFailed`] when somebody was faster.
    pub fn version_if(&self, current: i32) -> Result<i32> {
        let version = self.version()?;
        if version == current { Ok(version) } else { Err(Error::PreconditionFailed) }
    }

    /// All values of a repeated field that are not empty.
    pub fn all(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(field, _)| field == name);
        values.map(|(_, value)| value.trim().to_owned()).filter(|v| !v.is_empty()).collect()
    }

    /// Whether a value of a repeated field was sent.
    pub fn has(&self, name: impl AsRef<str>, value: &str) -> bool {
        let name = name.as_ref();
        self.0.iter().any(|(field, sent)| field == name && sent.trim() == value)
    }
}

impl FromRequest for Posted {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = web::Form::<Vec<(String, String)>>::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let posted = Self(form.await?.into_inner());
            keep_with(&request, &posted, false);
            require_own(&request, &posted).map_err(PageError)?;
            Ok(posted)
        })
    }
}

/// Keeps a form with its request, in case that it cannot be followed now.
fn keep_with(request: &HttpRequest, form: &Posted, files: bool) {
    if !is_foreign(request) {
        request.extensions_mut().insert(Sent { form: form.clone(), files });
    }
}

/// Whether the browser says that a form of another site is behind the request.
fn is_foreign(request: &HttpRequest) -> bool {
    request.headers().get("sec-fetch-site").is_some_and(|value| value == "cross-site")
}

/// Refuses a form that did not come from a page of ours.
fn require_own(request: &HttpRequest, posted: &Posted) -> Result<()> {
    let token = request.extensions().get::<Visit>().map(|visit| visit.csrf.clone());
    let sent = posted.raw(CSRF_FIELD);
    let matches = token.is_some_and(|token| is_token(&token) && token == sent);
    if is_foreign(request) || !matches { Err(Error::forbidden(EXPIRED)) } else { Ok(()) }
}

/// A posted form that brings files, from somebody who is signed in: nobody else has his files read.
#[derive(Debug)]
pub struct PostedFiles {
    /// Its plain fields.
    pub form: Posted,
    /// Its files.
    pub files: Vec<Upload>,
    /// Whether files were left out because they were too large.
    pub oversized: bool,
}

impl PostedFiles {
    /// The files, all of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when one was left out.
    pub fn whole(&self) -> Result<&[Upload]> {
        if self.oversized {
            Err(Error::field("/file", "field.file_too_large"))
        } else {
            Ok(&self.files)
        }
    }
}

/// Files of full size that one form may bring.
const FILES_TOGETHER: usize = 3;

impl FromRequest for PostedFiles {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let visit = request.extensions().get::<Visit>().cloned();
            let visit = visit.ok_or_else(|| Error::internal("a form outside of the pages"))?;
            let known = request.cookie(CSRF_COOKIE).is_some_and(|one| is_token(one.value()));
            let refused = match visit.caller.signed_in() {
                Ok(_) => None,
                Err(error) if known => Some(error),
                Err(error) => return Err(error.into()),
            };
            let app = request.app_data::<AppData>();
            let app = app.ok_or_else(|| Error::internal("no application state"))?;
            let each = app.config.attachments.max_file_bytes;
            let together = each.saturating_mul(FILES_TOGETHER);
            // Of somebody whose session has ended what was typed is read, and no file.
            let limits = match refused {
                Some(_) => Limits { each: 0, together: 0, forgiven: together },
                None => Limits { each, together, forgiven: together },
            };
            let received = upload::read(&request, &mut payload, limits).await?;
            let oversized = received.oversized;
            let form = Posted(received.fields);
            keep_with(&request, &form, oversized || !received.files.is_empty());
            if let Some(error) = refused {
                return Err(error.into());
            }
            require_own(&request, &form)?;
            let files = received.files.into_iter().map(|(_, file)| file).collect();
            Ok(Self { form, files, oversized })
        })
    }
}

/// A command as a form says it: empty fields are left out, so that the rules of the API name what is
/// missing; `flags` are those with a box to tick.
///
/// # Errors
/// [`Error::Invalid`] at what cannot be read.
pub fn command<T: serde::de::DeserializeOwned>(
    form: &Posted,
    names: &[&str],
    flags: &[&str],
) -> Result<T> {
    let texts = names.iter().filter_map(|name| Some((*name, form.filled(name)?.into())));
    let ticked = flags.iter().filter(|name| form.filled(name).is_some());
    let fields = texts.chain(ticked.map(|name| (*name, true.into())));
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    crate::reading::from_value(serde_json::Value::Object(fields.collect()))
}

/// Why a form could not be followed, to be told on its page.
#[derive(Debug, Default)]
pub struct Refused {
    /// What is wrong at which field.
    pub errors: Vec<FieldError>,
    /// What is wrong as a whole.
    pub reason: Option<Message>,
}

impl Refused {
    /// What a page can tell of an error.
    ///
    /// # Errors
    /// The error itself, when it needs a page of its own.
    pub fn of(error: Error) -> Result<Self> {
        match error {
            Error::Invalid(errors) => Ok(Self { errors, reason: None }),
            Error::Conflict { message, .. } => Ok(message.into()),
            Error::PreconditionFailed => Ok(Message::from("error.precondition_failed").into()),
            other => Err(other),
        }
    }
}

impl Refused {
    /// What the page of a form that writes a whole record can tell of an error: that it would not be
    /// the caller's as well, for that may be a slip of the pen.
    ///
    /// # Errors
    /// The error itself, when it needs a page of its own.
    pub fn of_form(error: Error) -> Result<Self> {
        match error {
            Error::Forbidden(message) => Ok(message.into()),
            other => Self::of(other),
        }
    }
}

/// A form of a page with several of them that could not be followed: which it was, what was typed, and
/// what was wrong.
#[derive(Debug, Default)]
pub struct Tried {
    /// Name of the form; empty when none was sent.
    pub name: String,
    /// What was typed.
    pub form: Posted,
    /// What was wrong.
    pub refused: Refused,
}

impl Tried {
    /// A form that failed.
    ///
    /// # Errors
    /// The error itself, when it needs a page of its own.
    pub fn failed(name: impl Into<String>, form: Posted, error: Error) -> Result<Self> {
        Ok(Self { name: name.into(), form, refused: Refused::of(error)? })
    }

    /// Whether this form was the one.
    pub fn is(&self, name: impl AsRef<str>) -> bool {
        self.name == name.as_ref()
    }

    /// What was typed into the form of this name, or else what is to stand there.
    pub fn typed(
        &self,
        form: impl AsRef<str>,
        field: impl AsRef<str>,
        otherwise: impl AsRef<str>,
    ) -> String {
        if self.is(form) { self.form.text(field) } else { otherwise.as_ref() }.to_owned()
    }

    /// What is wrong with a field of the form of this name.
    pub fn wrong(&self, page: &Frame, form: impl AsRef<str>, field: impl AsRef<str>) -> String {
        let wrong = self.is(form).then(|| page.wrong_at(&self.refused.errors, field.as_ref()));
        wrong.unwrap_or_default()
    }

    /// Why it could not be followed as a whole.
    pub fn reason(&self, page: &Frame) -> Option<String> {
        self.refused.reason.as_ref().map(|message| page.message(message))
    }
}

impl From<Message> for Refused {
    fn from(reason: Message) -> Self {
        Self { errors: Vec::new(), reason: Some(reason) }
    }
}

/// An amount in ten thousand yuan, when one was typed.
///
/// # Errors
/// [`Error::Invalid`] at the field.
pub fn money(form: &Posted, name: &str) -> Result<Option<Money>> {
    form.filled(name)
        .map(|text| {
            Money::parse_wan(&narrow_digits(&text))
                .map_err(|_| Error::field(format!("/{name}"), "field.number"))
        })
        .transpose()
}
