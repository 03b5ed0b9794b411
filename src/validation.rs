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

    /// A text must be there and hold something that can be seen.
    pub fn text(&mut self, pointer: &str, value: Option<&str>) {
        self.ensure(value.is_some_and(is_seen), pointer, "field.required");
    }

    /// A name or title must be there and hold a letter, a Chinese character or a digit.
    pub fn name(&mut self, pointer: &str, value: Option<&str>) {
        match value.filter(|text| is_seen(text)) {
            None => self.fail(pointer, "field.required"),
            Some(text) => {
                let named = text.chars().any(|c| c.is_alphanumeric() && !is_unseen(c));
                self.ensure(named, pointer, "field.no_letters");
            }
        }
    }

    /// A text of one line, when there, must have this many characters and be one line.
    pub fn line(&mut self, pointer: &str, value: Option<&str>, min: usize, max: usize) {
        self.length(pointer, value, min, max);
        let several = value.is_some_and(|text| text.contains(is_break));
        self.ensure(!several, pointer, "field.one_line");
    }

    /// A list must have at least one entry.
    pub fn some<T>(&mut self, pointer: &str, list: &[T]) {
        self.ensure(!list.is_empty(), pointer, "field.required");
    }

    /// A text, when there, must have this many characters, and none that steer terminals or turn
    /// the direction of what stands behind them.
    pub fn length(&mut self, pointer: &str, value: Option<&str>, min: usize, max: usize) {
        let Some(text) = value else { return };
        self.ensure(!text.contains(steers), pointer, "field.control_characters");
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

/// Whether a text holds something that can be seen.
pub fn is_seen(text: &str) -> bool {
    text.chars().any(|c| !is_unseen(c))
}

/// White space, and what takes no space at all: joiners, marks of direction, fillers.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Line breaks and tabs: white space that is more than a gap between words.
pub fn is_break(c: char) -> bool {
    (c.is_control() && c.is_whitespace()) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Control characters that are no white space, and overrides and isolates of direction.
pub(crate) fn steers(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the rules for a title say about a text.
    fn title(text: &str) -> Vec<&'static str> {
        let mut checker = Checker::default();
        checker.line("/title", Some(text), 0, 60);
        checker.name("/title", Some(text));
        checker.errors().into_iter().map(|error| error.message.key).collect()
    }

    #[test]
    fn a_title_can_be_seen_and_is_one_line_without_control_characters() {
        for unseen in ["", " ", "\u{200b}\u{200b}\u{ad}", "\u{3164}", "\u{2060}\u{feff}"] {
            assert_eq!(title(unseen), ["field.required"], "{unseen:?}");
        }
        assert_eq!(title("！！！……"), ["field.no_letters"]);
        assert_eq!(title("灯具\n散热"), ["field.one_line"]);
        for steering in
            ["灯具\u{1b}[31m散热", "灯具\u{7}散热", "灯具\u{202e}散热", "灯具\u{2066}散热"]
        {
            assert_eq!(title(steering), ["field.control_characters"], "{steering:?}");
        }
        for good in ["5G", "LED 灯具散热（高温）", "Größe µm", " 灯具散热 "] {
            assert_eq!(title(good), [""; 0], "{good:?}");
        }
    }

    #[test]
    fn longer_texts_may_have_lines_and_tabs() {
        let mut checker = Checker::default();
        checker.length("/problem", Some("第一行\n\t第二行\r\n"), 0, 100);
        checker.length("/problem", Some("第一行\u{8}"), 0, 100);
        assert_eq!(checker.errors().len(), 1);
    }
}
