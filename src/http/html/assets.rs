//! Style sheet, script and icon, from the binary. Their addresses carry a fingerprint of the
//! content, so browsers may keep them for ever.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, get, web};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::PageResult;
use crate::error::Error;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// Address of each file by its name.
static ADDRESSES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Files::iter()
        .filter_map(|name| Some((name.to_string(), address_of(&name, &Files::get(&name)?))))
        .collect()
});

fn address_of(name: &str, file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let fingerprint = hash.iter().take(6).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/static/{stem}.{fingerprint}.{extension}")
}

/// Address of a file of `static/`, with the fingerprint of its content.
pub fn address(name: &str) -> &'static str {
    ADDRESSES.get(name).map_or("", String::as_str)
}

/// One file, under its fingerprinted name only: another fingerprint is another file.
#[get("/static/{name}")]
async fn asset(path: web::Path<String>) -> PageResult {
    let wanted = format!("/static/{path}");
    let name = ADDRESSES.iter().find(|(_, address)| **address == wanted).map(|(name, _)| name);
    let file = name.and_then(|name| Files::get(name)).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, file.metadata.mimetype()))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(file.data.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_an_address_of_its_own() {
        for name in ["app.css", "suggest.js", "mark.svg"] {
            let address = address(name);
            assert!(address.starts_with("/static/"), "{name}: {address:?}");
            assert_ne!(address, format!("/static/{name}"));
        }
    }

    #[test]
    fn the_style_sheet_stays_small() {
        assert!(Files::get("app.css").unwrap().data.len() <= 24_000);
    }
}
