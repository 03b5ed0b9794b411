//! The language of the pages: the choice of it, and checks that nothing is missing in either.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpResponse, get};
use serde::Deserialize;

use super::{PageResult, local_path, redirect};
use crate::accounts::principal::Language;
use crate::http::extract::{AppData, Query};
use crate::http::middleware::LANGUAGE_COOKIE;

/// The language wanted, and where to go on.
#[derive(Debug, Deserialize)]
struct Choice {
    to: String,
    #[serde(default)]
    back: String,
}

/// Remembers the language for this browser and returns to the page.
#[get("/language")]
async fn choose_language(app: AppData, choice: Query<Choice>) -> PageResult<HttpResponse> {
    let cookie = Cookie::build(LANGUAGE_COOKIE, Language::from_tag(&choice.to).tag())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.server.secure_cookies)
        .max_age(Duration::days(365))
        .finish();
    let mut response = redirect(local_path(&choice.back));
    if let Err(error) = response.add_cookie(&cookie) {
        tracing::warn!(%error, "language cookie");
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::http::text;

    fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files(&path, extension));
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
        found
    }

    fn templates() -> Vec<PathBuf> {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), "html")
    }

    /// Keys given as literals: to `t("…")` and `fill("…"`, or as `"part.name"` in a list.
    fn keys(source: &str) -> BTreeSet<String> {
        let calls = [".t(\"", ".fill(\"", ".fill2(\""];
        let called = calls.iter().flat_map(|call| source.split(call).skip(1));
        let called = called.filter_map(|rest| rest.split('"').next());
        let listed = source.split('"').filter(|text| {
            let parts: Vec<&str> = text.split('.').collect();
            let plain = |part: &&str| {
                let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                part.starts_with(|c: char| c.is_ascii_lowercase()) && part.chars().all(allowed)
            };
            let key = parts.len() == 2 && parts.iter().all(plain);
            key && !FILES.contains(&parts[1])
        });
        called.chain(listed).map(str::to_owned).collect()
    }

    /// Endings of file names, which look like keys.
    const FILES: [&str; 7] = ["html", "css", "js", "json", "svg", "rs", "name"];

    fn pages() -> Vec<PathBuf> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let of_pages = |path: &PathBuf| {
            path.ends_with("pages.rs")
                || path.components().any(|part| part.as_os_str() == "pages")
                || path.starts_with(source.join("http/html"))
        };
        files(&source, "rs").into_iter().filter(of_pages).collect()
    }

    #[test]
    fn every_text_of_the_templates_exists_in_both_languages() {
        let mut count = 0;
        for path in templates().into_iter().chain(pages()) {
            for key in keys(&std::fs::read_to_string(&path).unwrap()) {
                count += 1;
                // Reasons at fields and refusals are the API's, outside of the pages' own part.
                let own = format!("page.{key}");
                let exists = |key: &str| !text::text(key, Language::English).contains(key);
                let full = if exists(&own) { &own } else { &key };
                assert!(exists(full), "{key} is missing: {}", path.display());
                let (zh, en) =
                    (text::text(full, Language::Chinese), text::text(full, Language::English));
                assert!(!zh.contains(full), "{full} has no Chinese: {}", path.display());
                assert!(zh != en || en.is_ascii(), "{full} has no English: {}", path.display());
            }
        }
        assert!(count > 50, "only {count} keys found: has the way they are written changed?");
    }

    #[test]
    fn templates_and_page_code_hold_no_chinese() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let pages = files(&source, "rs").into_iter().filter(|path| {
            path.ends_with("pages.rs") || path.starts_with(source.join("http/html"))
        });
        for path in templates().into_iter().chain(pages) {
            let text = std::fs::read_to_string(&path).unwrap();
            let han = text.chars().find(|c| ('\u{3000}'..='\u{9fff}').contains(c));
            assert_eq!(han, None, "{}", path.display());
        }
    }

    #[test]
    fn no_template_switches_escaping_off() {
        for path in templates() {
            let mut text = std::fs::read_to_string(&path).unwrap();
            // Data that `embedded` has made cannot leave its block; entities would stay in it as they are.
            for block in
                ["json\">{{ chart.data|safe }}</script>", "json\">{{ data|safe }}</script>"]
            {
                text = text.replace(block, "");
            }
            assert!(!text.contains("|safe") && !text.contains("| safe"), "{}", path.display());
            assert!(!text.contains(" style=\""), "inline style: {}", path.display());
        }
    }
}
