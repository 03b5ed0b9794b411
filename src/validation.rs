//! Collecting everything that is wrong with an input, so that one answer names every field.

use chrono::NaiveDate;

use crate::error::{Error, FieldError, Message, Result};
use crate::reference::Reference;

/// Gathers field errors.
#[derive(Debug, Default)]
pub struct Checker {
    errors: Vec<FieldError>,
}

impl Checker {
    /// Adds an error.
    pub fn fail(&mut self, pointer: impl Into<String>, message: impl Into<Message>) {
        self.errors.push(FieldError::new(pointer, message));
    }

    /// Adds an error unless the condition holds.
    pub fn ensure(&mut self, holds: bool, pointer: &str, message: impl Into<Message>) {
        if !holds {
            self.fail(pointer, message);
        }
    }

    /// A value must be there.
    pub fn present<T>(&mut self, pointer: &str, value: Option<&T>) {
        self.ensure(value.is_some(), pointer, "field.required");
    }

    /// A text must be there and hold more than white space.
    pub fn text(&mut self, pointer: &str, value: Option<&str>) {
        self.ensure(value.is_some_and(|text| !text.trim().is_empty()), pointer, "field.required");
    }

    /// A list must have at least one entry.
    pub fn some<T>(&mut self, pointer: &str, list: &[T]) {
        self.ensure(!list.is_empty(), pointer, "field.required");
    }

    /// A text, when there, must have this many characters.
    pub fn length(&mut self, pointer: &str, value: Option<&str>, min: usize, max: usize) {
        let Some(text) = value else { return };
        let count = text.trim().chars().count();
        if count < min {
            self.fail(
                pointer,
                Message::new("field.too_short").with("min", min).with("count", count),
            );
        } else if count > max {
            self.fail(
                pointer,
                Message::new("field.too_long").with("max", max).with("count", count),
            );
        }
    }

    /// A list must have a number of entries within bounds.
    pub fn count<T>(&mut self, pointer: &str, list: &[T], min: usize, max: usize) {
        if list.len() < min {
            let message = Message::new("field.too_few").with("min", min).with("count", list.len());
            self.fail(pointer, message);
        } else if list.len() > max {
            let message = Message::new("field.too_many").with("max", max).with("count", list.len());
            self.fail(pointer, message);
        }
    }

    /// A number, when there, must lie within bounds.
    pub fn range<N: PartialOrd + std::fmt::Display>(
        &mut self,
        pointer: &str,
        value: Option<N>,
        min: N,
        max: N,
    ) {
        if let Some(value) = value
            && (value < min || value > max)
        {
            let message = Message::new("field.out_of_range").with("min", min).with("max", max);
            self.fail(pointer, message);
        }
    }

    /// A code, when there, must be in the code table.
    pub fn code(&mut self, reference: &Reference, pointer: &str, table: &str, code: Option<&str>) {
        if let Some(code) = code
            && !reference.has_code(table, code)
        {
            self.fail(pointer, Message::new("field.unknown_code").with("code", code));
        }
    }

    /// Each code must be in the code table.
    pub fn codes(&mut self, reference: &Reference, pointer: &str, table: &str, codes: &[String]) {
        for (at, code) in codes.iter().enumerate() {
            self.code(reference, &format!("{pointer}/{at}"), table, Some(code));
        }
    }

    /// A region code, when there, must exist.
    pub fn region(&mut self, reference: &Reference, pointer: &str, code: Option<&str>) {
        if let Some(code) = code
            && reference.region(code).is_none()
        {
            self.fail(pointer, Message::new("field.unknown_code").with("code", code));
        }
    }

    /// An industry code, when there, must exist.
    pub fn industry(&mut self, reference: &Reference, pointer: &str, code: Option<&str>) {
        if let Some(code) = code
            && reference.industry(code).is_none()
        {
            self.fail(pointer, Message::new("field.unknown_code").with("code", code));
        }
    }

    /// A mail address, when there, must parse.
    pub fn mail(&mut self, pointer: &str, address: Option<&str>) {
        if let Some(address) = address {
            let good = address.parse::<lettre::Address>().is_ok();
            self.ensure(good, pointer, "field.mail");
        }
    }

    /// A date, when there, must not lie in the future.
    pub fn not_future(&mut self, pointer: &str, date: Option<NaiveDate>, today: NaiveDate) {
        self.ensure(date.is_none_or(|date| date <= today), pointer, "field.future_date");
    }

    /// What has been found so far.
    pub fn errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// Nothing wrong, or every field at once.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that was gathered.
    pub fn finish(self) -> Result<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::Invalid(self.errors)) }
    }
}
