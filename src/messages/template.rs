//! The language of templates: text with names in `%{…}`, nothing else. Filling one in takes one pass
//! over it; what is put in is not looked at again.

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it stands.
    Text(&'a str),
    /// The value of this name.
    Name(&'a str),
}

/// What is wrong with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A `%{` without its `}`.
    Open,
    /// What stands between is no name: small letters and `_`.
    Name,
}

/// Begins a name.
const OPEN: &str = "%{";

/// The pieces of a template.
///
/// # Errors
/// What is wrong with it first.
pub fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Broken> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(OPEN) {
        let (before, inside) = (&rest[..at], &rest[at + OPEN.len()..]);
        if !before.is_empty() {
            found.push(Piece::Text(before));
        }
        let end = inside.find('}').ok_or(Broken::Open)?;
        let name = &inside[..end];
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        if name.is_empty() || !name.bytes().all(fits) {
            return Err(Broken::Name);
        }
        found.push(Piece::Name(name));
        rest = &inside[end + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    Ok(found)
}

/// The names in a template, as often as they stand there; none in one that is broken.
pub fn names(text: &str) -> Vec<&str> {
    let name = |piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Text(_) => None,
    };
    pieces(text).unwrap_or_default().into_iter().filter_map(name).collect()
}

/// A template with values put in; a name without a value leaves nothing, and a broken template is
/// returned as it is.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let Ok(pieces) = pieces(text) else { return text.to_owned() };
    let filled = |piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Name(name) => value(name).unwrap_or_default(),
    };
    pieces.into_iter().map(filled).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_told_from_text() {
        let found = pieces("%{name}，您好：100% {a} %{link}").unwrap();
        let expected = [Piece::Name("name"), Piece::Text("，您好：100% {a} "), Piece::Name("link")];
        assert_eq!(found, expected);
        assert_eq!(pieces("%{name"), Err(Broken::Open));
        for wrong in ["%{}", "%{Name}", "%{a b}", "%{a.b}", "%{{a}}", "%{用户}", "%{a|safe}"] {
            assert_eq!(pieces(wrong), Err(Broken::Name), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn values_are_put_in_once_and_never_read_again(
            before in "[^%]{0,20}", after in "[^%]{0,20}", value in ".{0,60}"
        ) {
            let value = format!("{value}%{{other}}%{{name}}");
            let text = format!("{before}%{{name}}{after}%{{name}}");
            let put = |name: &str| (name == "name").then(|| value.clone());
            prop_assert_eq!(fill(&text, put), format!("{before}{value}{after}{value}"));
        }

        #[test]
        fn no_text_makes_it_fail_and_what_comes_out_is_bounded(text in ".{0,300}") {
            let names = names(&text).len();
            let filled = fill(&text, |_| Some("x".repeat(10)));
            prop_assert!(filled.len() <= text.len() + 10 * names);
        }
    }
}
