//! The addresses of public pages for search engines, as the protocol of sitemaps has them: one file, or,
//! beyond what a file may hold, a list of files.

use std::fmt::Write as _;

use super::model::{Address, PublicKind};
use super::store;
use crate::app::App;
use crate::error::{Error, Result};
use crate::outbound::addresses;

/// Addresses of one file at most, as the protocol has it.
pub const MOST: i64 = 50_000;
/// Pages that are always there.
const SITE: [&str; 6] = ["/", "/towns", "/platforms", "/events", "/match", "/statistics"];
/// What a file begins with.
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// All public addresses, or the list of the files that hold them when there are more than `most`.
///
/// # Errors
/// Database faults.
pub fn sitemap(app: &App, most: i64) -> Result<String> {
    let counts = app.db.read(|db| {
        let count = |kind: &PublicKind| Ok((*kind, count(db, *kind)?));
        PublicKind::ALL.iter().map(count).collect::<Result<Vec<_>>>()
    })?;
    if counts.iter().map(|(_, count)| count).sum::<i64>() > most {
        return Ok(index(app, &counts, most));
    }
    let all = app.db.read(|db| {
        let mut all = Vec::new();
        for (kind, _) in &counts {
            all.extend(addresses_of(db, *kind, (0, most))?);
        }
        Ok(all)
    })?;
    Ok(urls(app, &all))
}

/// One file of such a list: the public addresses of a kind, from the first file on.
///
/// # Errors
/// [`Error::NotFound`] when there is no such file.
pub fn part(app: &App, kind: PublicKind, number: i64, most: i64) -> Result<String> {
    let before = number.checked_sub(1).and_then(|before| before.checked_mul(most));
    let offset = before.filter(|offset| *offset >= 0).ok_or(Error::NotFound)?;
    let some = app.db.read(|db| addresses_of(db, kind, (offset, most)))?;
    if some.is_empty() { Err(Error::NotFound) } else { Ok(urls(app, &some)) }
}

/// What robots are told: where the addresses are, and which pages are no contents.
pub fn robots(app: &App) -> String {
    let mut text = "User-agent: *\n".to_owned();
    for path in
        ["/account", "/admin/", "/api/", "/language", "/reset", "/search?", "/sign-in", "/verify"]
    {
        text.push_str("Disallow: ");
        text.push_str(path);
        text.push('\n');
    }
    format!("{text}\nSitemap: {}\n", addresses::page(app, "/sitemap.xml"))
}

fn count(db: &mut crate::db::Db, kind: PublicKind) -> Result<i64> {
    match kind {
        PublicKind::Site => Ok(i64::try_from(SITE.len()).unwrap_or_default()),
        kind => store::count(db, kind),
    }
}

fn addresses_of(
    db: &mut crate::db::Db,
    kind: PublicKind,
    (offset, limit): (i64, i64),
) -> Result<Vec<Address>> {
    if kind != PublicKind::Site {
        return store::addresses(db, kind, (offset, limit));
    }
    let fixed = |path: &&str| Address { path: (*path).to_owned(), changed: None };
    let number = |count: i64| usize::try_from(count).unwrap_or(usize::MAX);
    Ok(SITE.iter().skip(number(offset)).take(number(limit)).map(fixed).collect())
}

/// A text between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn urls(app: &App, all: &[Address]) -> String {
    let mut xml = format!("{HEAD}<urlset xmlns=\"{NAMESPACE}\">\n");
    for address in all {
        let place = escaped(&addresses::page(app, &address.path));
        // Writing to a String cannot fail.
        let _ = write!(xml, "<url><loc>{place}</loc>");
        if let Some(at) = address.changed {
            let _ = write!(xml, "<lastmod>{}</lastmod>", at.0.format("%Y-%m-%dT%H:%M:%SZ"));
        }
        xml.push_str("</url>\n");
    }
    xml + "</urlset>\n"
}

fn index(app: &App, counts: &[(PublicKind, i64)], most: i64) -> String {
    let mut xml = format!("{HEAD}<sitemapindex xmlns=\"{NAMESPACE}\">\n");
    for (kind, count) in counts {
        for number in 1..=(count + most - 1) / most.max(1) {
            let place = addresses::page(app, &format!("/sitemaps/{kind}/{number}.xml"));
            let _ = writeln!(xml, "<sitemap><loc>{}</loc></sitemap>", escaped(&place));
        }
    }
    xml + "</sitemapindex>\n"
}
