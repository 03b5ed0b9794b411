//! Puts what was typed back into the form of a page, whatever page it is: the page is read as the browser
//! would read it, its forms are searched for the one that was sent, and its inputs are given the old
//! values. What has no input any more goes along hidden, so that nothing is lost.

use std::fmt::Write as _;

/// A start tag in a page.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, Option<String>)>,
    /// First byte, and the byte after it.
    start: usize,
    end: usize,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(one, _)| *one == name)?;
        Some(found.1.as_deref().unwrap_or_default())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|text| text.eq_ignore_ascii_case(value))
    }

    /// The tag with an attribute set, or taken away.
    fn with(&self, name: &str, value: Option<&str>) -> String {
        let mut text = format!("<{}", self.name);
        let others = self.attributes.iter().filter(|(one, _)| *one != name);
        let all = others.map(|(one, value)| (*one, value.as_deref()));
        for (one, value) in all.chain(value.map(|value| (name, Some(value)))) {
            // Writing to a String cannot fail.
            let _ = match value {
                Some(value) => write!(text, " {one}=\"{}\"", escaped(value)),
                None => write!(text, " {one}"),
            };
        }
        text + ">"
    }
}

/// A text as it stands in a page.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => safe.push_str("&#38;"),
            '<' => safe.push_str("&#60;"),
            '>' => safe.push_str("&#62;"),
            '"' => safe.push_str("&#34;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A text as it was before it was put into a page.
fn plain(text: &str) -> String {
    let pairs = [("&#38;", "&"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'")];
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    let pairs = || pairs.iter().chain(&named);
    let mut left = text;
    let mut result = String::with_capacity(text.len());
    while let Some(at) = left.find('&') {
        result.push_str(&left[..at]);
        left = &left[at..];
        let (sign, rest) = pairs()
            .find_map(|(code, sign)| Some((*sign, left.strip_prefix(code)?)))
            .unwrap_or(("&", &left[1..]));
        result.push_str(sign);
        left = rest;
    }
    result + left
}

/// The next start tag from a place on.
fn next_tag(page: &str, from: usize) -> Option<Tag<'_>> {
    let bytes = page.as_bytes();
    let mut at = from;
    loop {
        at += page.get(at..)?.find('<')?;
        if page[at..].starts_with("<!--") {
            at += page[at..].find("-->")?;
        } else if bytes.get(at + 1)?.is_ascii_alphabetic() {
            return tag_at(page, at);
        } else {
            at += 1;
        }
    }
}

fn tag_at(page: &str, start: usize) -> Option<Tag<'_>> {
    let bytes = page.as_bytes();
    let ends = |at: usize, stops: &[u8]| {
        (at..bytes.len()).find(|at| stops.contains(&bytes[*at]) || bytes[*at].is_ascii_whitespace())
    };
    let mut at = ends(start + 1, b"/>")?;
    let name = &page[start + 1..at];
    let mut attributes = Vec::new();
    loop {
        while bytes.get(at)?.is_ascii_whitespace() || bytes[at] == b'/' {
            at += 1;
        }
        if bytes[at] == b'>' {
            return Some(Tag { name, attributes, start, end: at + 1 });
        }
        let end = ends(at, b"=/>")?;
        let attribute = &page[at..end];
        at = end;
        if bytes[at] != b'=' {
            attributes.push((attribute, None));
            continue;
        }
        let quote = *bytes.get(at + 1)?;
        let (from, to) = if quote == b'"' || quote == b'\'' {
            let from = at + 2;
            (from, from + page.get(from..)?.find(char::from(quote))?)
        } else {
            (at + 1, ends(at + 1, b">")?)
        };
        attributes.push((attribute, Some(plain(&page[from..to]))));
        at = if to == from && quote != b'"' && quote != b'\'' { to } else { to + 1 };
        if bytes.get(at.saturating_sub(1)) == Some(&b'>') {
            at -= 1;
        }
    }
}

/// Fields of a form that belong to the page and not to what was typed.
const OF_PAGE: [&str; 2] = ["csrf", "button"];

/// What is still to be put in.
struct Left(Vec<(String, String)>);

impl Left {
    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(one, _)| one == name)?;
        Some(self.0.remove(at).1)
    }

    fn take_value(&mut self, name: &str, value: &str) -> bool {
        let found = self.0.iter().position(|(one, typed)| one == name && typed == value);
        found.map(|at| self.0.remove(at)).is_some()
    }
}

/// The page with the form filled in, and whether all that was typed stands in inputs that can be seen; none
/// when the page has no such form.
pub fn refilled(page: &str, place: &str, pairs: &[(String, String)]) -> Option<(String, bool)> {
    let (start, end) = form_of(page, place, pairs)?;
    let typed = pairs.iter().filter(|(name, _)| !OF_PAGE.contains(&name.as_str()));
    let mut left = Left(typed.cloned().collect());
    let mut result = String::with_capacity(page.len() + 1_000);
    result.push_str(&page[..start]);
    let mut at = start;
    while let Some(tag) = next_tag(page, at).filter(|tag| tag.start < end) {
        result.push_str(&page[at..tag.start]);
        at = put_in(page, &tag, &mut left, &mut result);
    }
    result.push_str(&page[at..end]);
    let whole = left.0.iter().all(|(_, value)| value.trim().is_empty());
    for (name, value) in &left.0 {
        let (name, value) = (escaped(name), escaped(value));
        // Writing to a String cannot fail.
        let _ = write!(result, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    }
    result.push_str(&page[end..]);
    Some((result, whole))
}

/// Writes a tag of the form as it is to be; returns where the page goes on.
fn put_in(page: &str, tag: &Tag<'_>, left: &mut Left, result: &mut String) -> usize {
    let name = tag.get("name").unwrap_or_default();
    let own = name.is_empty() || OF_PAGE.contains(&name);
    match tag.name {
        "details" => result.push_str(&tag.with("open", Some(""))),
        "input" if !own && (tag.is("type", "checkbox") || tag.is("type", "radio")) => {
            let value = tag.get("value").unwrap_or("on").to_owned();
            let checked = left.take_value(name, &value).then_some("");
            result.push_str(&tag.with("checked", checked));
        }
        "input" if !own && !tag.is("type", "file") && !tag.is("type", "password") => {
            match left.take(name) {
                Some(value) => result.push_str(&tag.with("value", Some(&value))),
                None => result.push_str(&page[tag.start..tag.end]),
            }
        }
        "textarea" if !own => {
            let close = page[tag.end..].find("</textarea>").map(|at| tag.end + at);
            let (Some(close), Some(value)) = (close, left.take(name)) else {
                result.push_str(&page[tag.start..tag.end]);
                return tag.end;
            };
            result.push_str(&page[tag.start..tag.end]);
            // The line break behind the tag is no part of the text.
            result.push('\n');
            result.push_str(&escaped(&value));
            return close;
        }
        "select" if !own => return choose(page, tag, left, result),
        _ => result.push_str(&page[tag.start..tag.end]),
    }
    tag.end
}

/// Writes a list of choices with what was chosen.
fn choose(page: &str, select: &Tag<'_>, left: &mut Left, result: &mut String) -> usize {
    let close = page[select.end..].find("</select>").map_or(page.len(), |at| select.end + at);
    let name = select.get("name").unwrap_or_default();
    result.push_str(&page[select.start..select.end]);
    let options = || {
        let mut at = select.end;
        std::iter::from_fn(move || {
            let tag = next_tag(page, at).filter(|tag| tag.start < close)?;
            at = tag.end;
            Some(tag)
        })
    };
    let value = left.0.iter().find(|(one, _)| one == name).map(|(_, value)| value.clone());
    let offered = |value: &String| options().any(|one| one.get("value") == Some(value.as_str()));
    let Some(value) = value.filter(offered) else {
        result.push_str(&page[select.end..close]);
        return close;
    };
    left.take(name);
    let mut at = select.end;
    for option in options() {
        result.push_str(&page[at..option.start]);
        let chosen = option.name == "option" && option.get("value") == Some(value.as_str());
        result.push_str(&option.with("selected", chosen.then_some("")));
        at = option.end;
    }
    result.push_str(&page[at..close]);
    close
}

/// Where the content of the form begins and ends that was sent to a place. Of several the one whose hidden
/// fields say what was sent.
fn form_of(page: &str, place: &str, pairs: &[(String, String)]) -> Option<(usize, usize)> {
    let mut best: Option<(usize, (usize, usize))> = None;
    let mut at = 0;
    while let Some(tag) = next_tag(page, at) {
        at = tag.end;
        let action = tag.get("action").unwrap_or_default();
        let action = action.split(['?', '#']).next().unwrap_or_default();
        if tag.name != "form" || !tag.is("method", "post") || action != place {
            continue;
        }
        let end = page[at..].find("</form>").map_or(page.len(), |found| at + found);
        let agreeing = agreeing(page, (at, end), pairs);
        if best.is_none_or(|(most, _)| agreeing > most) {
            best = Some((agreeing, (at, end)));
        }
        at = end;
    }
    best.map(|(_, range)| range)
}

fn agreeing(page: &str, (mut at, end): (usize, usize), pairs: &[(String, String)]) -> usize {
    let mut count = 0;
    while let Some(tag) = next_tag(page, at).filter(|tag| tag.start < end) {
        at = tag.end;
        let hidden = tag.name == "input" && tag.is("type", "hidden");
        let sent = |(name, value): &(String, String)| {
            tag.get("name") == Some(name.as_str()) && tag.get("value") == Some(value.as_str())
        };
        count += usize::from(hidden && pairs.iter().any(sent));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(typed: &[(&str, &str)]) -> Vec<(String, String)> {
        typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const PAGE: &str = r#"<!doctype html><form method="post" action="/sign-out"><input type="hidden" name="csrf" value="new"><button class="text">x</button></form>
<form class="stack" method="post" action="/a#b"><input type="hidden" name="csrf" value="new"><input type="hidden" name="version" value="4">
<input id="t" name="title" value="" required><textarea name="text" rows="5">
old</textarea><details class="more"><summary>x</summary><input type="checkbox" name="modes" value="one" checked> <input type="checkbox" name="modes" value="two"></details>
<select name="kind"><option value="">-</option><option value="k1" selected>1</option><option value="k2">2</option></select><input type="file" name="f"><button name="button" value="save">s</button></form><p>after</p>"#;

    #[test]
    fn what_was_typed_stands_in_the_form_again() {
        let typed = pairs(&[
            ("csrf", "old"),
            ("version", "3"),
            ("title", "a \"b\" <c> & d"),
            ("text", "two\nlines </textarea><script>"),
            ("modes", "two"),
            ("kind", "k2"),
            ("button", "save"),
        ]);
        let (page, whole) = refilled(PAGE, "/a", &typed).unwrap();
        assert!(whole);
        let page = scraper::Html::parse_document(&page);
        let one = |selector: &str| {
            let selector = scraper::Selector::parse(selector).unwrap();
            page.select(&selector)
                .next()
                .map(|found| found.value().attr("value").unwrap_or("").to_owned())
        };
        assert_eq!(one("form.stack [name=csrf]").unwrap(), "new", "the token is that of the page");
        assert_eq!(one("[name=version]").unwrap(), "3", "the version is that of what was typed");
        assert_eq!(one("[name=title]").unwrap(), "a \"b\" <c> & d");
        assert_eq!(one("[name=modes][checked]").unwrap(), "two");
        assert_eq!(one("option[selected]").unwrap(), "k2");
        let text = scraper::Selector::parse("textarea").unwrap();
        let text: String = page.select(&text).next().unwrap().text().collect();
        assert_eq!(text.trim_start(), "two\nlines </textarea><script>");
        assert!(one("details[open]").is_some() && one("script").is_none());
        assert!(one("form.stack ~ p").is_some());
    }

    #[test]
    fn what_has_no_input_goes_along_hidden() {
        let typed = pairs(&[("title", "t"), ("row_9", "<x>"), ("kind", "gone"), ("empty", " ")]);
        let (page, whole) = refilled(PAGE, "/a", &typed).unwrap();
        assert!(!whole);
        assert!(page.contains(r#"<input type="hidden" name="row_9" value="&#60;x&#62;">"#));
        assert!(page.contains(r#"<input type="hidden" name="kind" value="gone">"#));
    }

    #[test]
    fn of_several_forms_the_one_that_was_sent_is_filled() {
        let form = |id: &str| {
            format!(
                "<form action='/s' method=post><input type=hidden name=id value={id}><input name=note value=''></form>"
            )
        };
        let page = form("1") + &form("2") + &form("3");
        let (page, _) = refilled(&page, "/s", &pairs(&[("id", "2"), ("note", "n")])).unwrap();
        let second = page.find("value=\"2\"").unwrap();
        assert!(page.find("value=\"n\"").unwrap() > second, "{page}");
        assert_eq!(page.matches("value=\"n\"").count(), 1);
        assert!(refilled(&page, "/other", &[]).is_none());
    }
}
