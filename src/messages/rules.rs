//! What the text of a template must hold.

use super::catalogue::{MOST_USES, Part};
use super::model::{Form, MessageKind, TemplateTexts};
use super::template::{self, Broken};
use super::{catalogue, model::Key};
use crate::error::Message;
use crate::validation::Checker;

/// Own texts as they are kept: line ends alike, without those that are empty or the shipped ones.
pub fn tidied(key: Key, texts: &TemplateTexts) -> TemplateTexts {
    let mut kept = TemplateTexts::default();
    for form in Form::ALL {
        let text = texts.get(*form).map(|text| text.replace("\r\n", "\n").replace('\r', "\n"));
        let text = text.map(|text| text.trim_end().to_owned()).filter(|text| !text.is_empty());
        let shipped = catalogue::part(key.kind, *form).map(|part| part.shipped(key.language));
        kept.set(*form, text.filter(|text| shipped.as_ref() != Some(text)));
    }
    kept
}

/// Checks own texts; each problem stands at its form below `within`.
pub fn check(checker: &mut Checker, within: &str, kind: MessageKind, texts: &TemplateTexts) {
    for form in Form::ALL {
        let Some(text) = texts.get(*form) else { continue };
        let pointer = format!("{within}/{form}");
        match catalogue::part(kind, *form) {
            None => checker.fail(pointer, "field.not_for_this_message"),
            Some(part) => check_text(checker, &pointer, &part, text),
        }
    }
}

/// Whether a text keeps all rules.
pub fn holds(part: &Part, text: &str) -> bool {
    let mut checker = Checker::default();
    check_text(&mut checker, "", part, text);
    checker.errors().is_empty()
}

fn check_text(checker: &mut Checker, pointer: &str, part: &Part, text: &str) {
    if part.is_one_line() {
        checker.line(pointer, Some(text), 1, part.longest());
    } else {
        checker.length(pointer, Some(text), 1, part.longest());
    }
    match template::pieces(text) {
        Err(Broken::Open) => return checker.fail(pointer, "field.template_open"),
        Err(Broken::Name) => return checker.fail(pointer, "field.template_name"),
        Ok(_) => {}
    }
    let names = template::names(text);
    let mut seen: Vec<&str> = Vec::new();
    for name in &names {
        if seen.contains(name) {
            continue;
        }
        seen.push(name);
        if !part.variables.iter().any(|known| known == name) {
            let known: Vec<String> = part.variables.iter().map(|known| written(known)).collect();
            let message = Message::new("field.template_unknown")
                .with("known", known.join(" "))
                .with("given", written(name));
            checker.fail(pointer, message);
        } else if names.iter().filter(|other| *other == name).count() > MOST_USES {
            let message = Message::new("field.template_often").with("most", MOST_USES);
            checker.fail(pointer, message.with("given", written(name)));
        }
    }
    for group in &part.required {
        if !group.iter().any(|name| names.contains(name)) {
            let wanted: Vec<String> = group.iter().map(|name| written(name)).collect();
            let message = Message::new("field.template_required").with("names", wanted.join(" / "));
            checker.fail(pointer, message);
        }
    }
}

/// A name as it is written in a template.
fn written(name: &str) -> String {
    format!("%{{{name}}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::model::LetterKind;

    fn wrong(form: Form, text: &str) -> Vec<&'static str> {
        let part = catalogue::part(MessageKind::Letter(LetterKind::Reset), form).unwrap();
        let mut checker = Checker::default();
        check_text(&mut checker, "/texts/body", &part, text);
        checker.errors().into_iter().map(|error| error.message.key).collect()
    }

    #[test]
    fn a_reset_mail_needs_its_link_and_knows_its_values() {
        assert_eq!(wrong(Form::Body, "%{name}: %{link}"), [""; 0]);
        assert_eq!(wrong(Form::Body, "您好"), ["field.template_required"]);
        assert_eq!(wrong(Form::Body, "%{link} %{password}"), ["field.template_unknown"]);
        assert_eq!(wrong(Form::Body, "%{link} %{name"), ["field.template_open"]);
        assert_eq!(wrong(Form::Body, "%{link} %{name|safe}"), ["field.template_name"]);
        assert_eq!(wrong(Form::Body, &"%{link}".repeat(6)), ["field.template_often"]);
        assert_eq!(
            wrong(Form::Body, &format!("%{{link}}{}", "长".repeat(5_000))),
            ["field.too_long"]
        );
        assert_eq!(wrong(Form::Body, "%{link}\u{202e}"), ["field.control_characters"]);
        assert_eq!(wrong(Form::Subject, "重设\r\nBcc: a@b.example"), ["field.one_line"]);
    }
}
