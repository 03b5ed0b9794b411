//! What differs between a form as somebody sent it and the record as somebody else has stored it meanwhile.

use super::Posted;

/// One field that differs.
pub struct Difference {
    /// The field in words.
    pub label: String,
    /// What is stored now.
    pub stored: String,
    /// What was typed.
    pub typed: String,
}

/// Fields of a page that are none of the record.
const OF_PAGE: [&str; 7] = ["csrf", "button", "step", "version", "need", "once", "org_id"];

/// Names of the fields in which two forms differ, in the order of the forms. How a browser ends lines
/// and what white space stands around a text makes no difference, nor does an empty field a form leaves out.
pub fn differing<'a>(stored: &'a Posted, typed: &'a Posted) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in stored.pairs().chain(typed.pairs()) {
        if !names.contains(&name) && !OF_PAGE.contains(&name) && !name.starts_with("draft_") {
            names.push(name);
        }
    }
    names.retain(|name| texts(stored, name) != texts(typed, name));
    names
}

fn texts(form: &Posted, name: &str) -> Vec<String> {
    let lines = |text: String| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let all = form.all(name).into_iter().map(|text| lines(text).trim().to_owned());
    all.filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Posted {
        Posted::new(pairs.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect())
    }

    #[test]
    fn what_a_browser_makes_of_a_text_is_no_difference() {
        let stored = form(&[("title", "A"), ("problem", "one\ntwo"), ("gone", "")]);
        let typed = form(&[("problem", "one\r\ntwo \r\n"), ("title", " A"), ("new", " ")]);
        assert_eq!(differing(&stored, &typed), Vec::<&str>::new());
    }

    #[test]
    fn each_field_that_differs_is_named_once_and_those_of_the_page_are_not() {
        let stored = form(&[("version", "1"), ("words", "a"), ("words", "b"), ("title", "A")]);
        let typed = form(&[("version", "2"), ("words", "a"), ("title", "B"), ("draft_place", "/")]);
        assert_eq!(differing(&stored, &typed), ["words", "title"]);
        assert_eq!(differing(&form(&[]), &form(&[("extra", "x")])), ["extra"]);
    }
}
