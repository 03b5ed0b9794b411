//! The one error of the service. It knows no transport: `http::problem` renders it as
//! problem+json, `http::html` as a page.
//!
//! What the client reads and what the log holds are kept apart: the public text is a key of the
//! message catalogue with parameters, internal text never leaves the log.

use std::fmt;

/// A text for the user: a key of the message catalogue (`locales/`) and its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Key such as `error.not_found`.
    pub key: &'static str,
    /// Values put in for `%{name}`.
    pub params: Vec<(&'static str, String)>,
    /// Parameters that are codes, with their tables: pages name them, programs get them as they are.
    pub codes: Vec<(&'static str, &'static str)>,
}

impl Message {
    /// A message without parameters.
    pub fn new(key: &'static str) -> Self {
        Self { key, params: Vec::new(), codes: Vec::new() }
    }

    /// Adds a parameter that is a code of a table.
    #[must_use]
    pub fn with_code(
        mut self,
        name: &'static str,
        table: &'static str,
        code: impl fmt::Display,
    ) -> Self {
        self.codes.push((name, table));
        self.with(name, code)
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
}

impl From<&'static str> for Message {
    fn from(key: &'static str) -> Self {
        Self::new(key)
    }
}

/// What is wrong with one field of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the request body, e.g. `/requirements/0/value`.
    pub pointer: String,
    /// The reason, in the catalogue under `field.`.
    pub message: Message,
}

impl FieldError {
    /// Names a field and the reason.
    pub fn new(pointer: impl Into<String>, message: impl Into<Message>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

/// Every way a request can fail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such record, or the caller may not see it: the two are not told apart.
    #[error("not found")]
    NotFound,
    /// The input breaks rules; every broken field is listed.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// The request itself cannot be read (syntax, encoding, a malformed parameter).
    #[error("bad request: {0:?}")]
    BadRequest(Message),
    /// The record's state forbids this; `legal` lists the steps that are possible instead.
    #[error("conflict: {message:?}")]
    Conflict {
        /// Why.
        message: Message,
        /// Steps that would be legal now, as codes.
        legal: Option<Vec<String>>,
    },
    /// `If-Match` names another version than the current one.
    #[error("precondition failed")]
    PreconditionFailed,
    /// An update came without `If-Match`.
    #[error("precondition required")]
    PreconditionRequired,
    /// No valid credentials.
    #[error("unauthenticated: {0:?}")]
    Unauthenticated(Message),
    /// Signed in, sees the record, may not do this.
    #[error("forbidden: {0:?}")]
    Forbidden(Message),
    /// The method does not exist on this path.
    #[error("method not allowed")]
    MethodNotAllowed {
        /// The methods that do, as in `Allow`.
        allow: String,
    },
    /// The body is larger than the limit.
    #[error("payload too large")]
    TooLarge,
    /// The body's media type is not understood.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// Too many attempts.
    #[error("rate limited for {retry_after} s")]
    RateLimited {
        /// Seconds until another attempt may succeed.
        retry_after: u64,
    },
    /// Something needed is not there right now; trying again may help.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours. The text is for the log only.
    #[error("internal: {text}")]
    Internal {
        /// Text for the log.
        text: String,
        /// The underlying error, if there is one.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

/// Shorthand used throughout.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A fault of ours, with text for the log.
    pub fn internal(text: impl fmt::Display) -> Self {
        Self::Internal { text: text.to_string(), source: None }
    }

    /// Temporarily unavailable, with text for the log.
    pub fn unavailable(text: impl fmt::Display) -> Self {
        Self::Unavailable(text.to_string())
    }

    /// A conflict with the record's state.
    pub fn conflict(message: impl Into<Message>) -> Self {
        Self::Conflict { message: message.into(), legal: None }
    }

    /// A conflict with the record's state that names the steps out of it.
    pub fn out_of_step<S: fmt::Display>(message: impl Into<Message>, legal: &[S]) -> Self {
        let legal = Some(legal.iter().map(ToString::to_string).collect());
        Self::Conflict { message: message.into(), legal }
    }

    /// What was found, or nothing when there is no such thing for the caller.
    ///
    /// # Errors
    /// Any other error.
    pub fn unless_absent<T>(found: Result<T>) -> Result<Option<T>> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(Self::NotFound) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// What it means for a field that the record it names was not found: it is wrong there.
    ///
    /// # Errors
    /// [`Error::Invalid`] at the field; any other error as it is.
    pub fn named_at<T>(found: Result<T>, pointer: &str, message: &'static str) -> Result<()> {
        match found {
            Err(Self::NotFound) => Err(Self::field(pointer, message)),
            other => other.map(drop),
        }
    }

    /// Signed in, but not allowed.
    pub fn forbidden(message: impl Into<Message>) -> Self {
        Self::Forbidden(message.into())
    }

    /// One invalid field.
    pub fn field(pointer: impl Into<String>, message: impl Into<Message>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, message)])
    }

    /// Stable lower-case code, as documented in `docs/errors.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Invalid(_) => "invalid",
            Self::BadRequest(_) => "bad_request",
            Self::Conflict { .. } => "conflict",
            Self::PreconditionFailed => "precondition_failed",
            Self::PreconditionRequired => "precondition_required",
            Self::Unauthenticated(_) => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable(_) => "unavailable",
            Self::Internal { .. } => "internal",
        }
    }

    /// The HTTP status that belongs to the code.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Invalid(_) => 422,
            Self::BadRequest(_) => 400,
            Self::Conflict { .. } => 409,
            Self::PreconditionFailed => 412,
            Self::PreconditionRequired => 428,
            Self::Unauthenticated(_) => 401,
            Self::Forbidden(_) => 403,
            Self::MethodNotAllowed { .. } => 405,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::RateLimited { .. } => 429,
            Self::Unavailable(_) => 503,
            Self::Internal { .. } => 500,
        }
    }
}

/// Database errors are faults of ours, unless the place where they arise says otherwise: a missing
/// row becomes "not found" and a unique violation a conflict only where the query is made.
impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Internal { text: format!("database: {error}"), source: Some(Box::new(error)) }
    }
}

impl From<search_index::Error> for Error {
    fn from(error: search_index::Error) -> Self {
        Self::Internal { text: format!("search index: {error}"), source: Some(Box::new(error)) }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal { text: format!("json: {error}"), source: Some(Box::new(error)) }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Internal { text: format!("i/o: {error}"), source: Some(Box::new(error)) }
    }
}

/// Whether a database error is a violated unique constraint. SQLite gives no constraint name, so
/// the caller says at the insert what it means.
pub fn is_unique_violation(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    matches!(error, DatabaseError(UniqueViolation, _))
}

/// What a failed insert of records means: a violated unique constraint says that the source has
/// delivered one of them before.
pub fn duplicate_record(error: diesel::result::Error) -> Error {
    if is_unique_violation(&error) {
        Error::conflict("error.duplicate_record")
    } else {
        error.into()
    }
}
