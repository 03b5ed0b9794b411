//! Style sheet, script and icon, from the binary. Their addresses carry a fingerprint of the
//! content, so browsers may keep them for ever.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::LazyLock;

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
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

/// Each file by its address, compressed once as far as it goes instead of anew for every request.
static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    ADDRESSES
        .iter()
        .filter_map(|(name, address)| Some((address.clone(), Asset::of(Files::get(name)?))))
        .collect()
});

struct Asset {
    kind: String,
    plain: Bytes,
    /// Absent where it would not pay, as for pictures.
    packed: Option<Bytes>,
}

impl Asset {
    fn of(file: EmbeddedFile) -> Self {
        let kind = file.metadata.mimetype().to_owned();
        let plain = Bytes::from(file.data.into_owned());
        let packed = packed(&plain).ok().filter(|packed| packed.len() < plain.len());
        Self { kind, plain, packed }
    }
}

fn packed(plain: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?.into())
}

/// Whether the client reads gzip; every browser does.
fn reads_gzip(request: &HttpRequest) -> bool {
    let header = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    header.is_some_and(|text| {
        text.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some("gzip")
                && !parts.any(|part| part.trim_end_matches(['0', '.']) == "q=")
        })
    })
}

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

/// A file of texts of `static/`; empty when there is none.
pub fn text_of(name: &str) -> String {
    Files::get(name)
        .map(|file| String::from_utf8_lossy(&file.data).into_owned())
        .unwrap_or_default()
}

/// Address of a file of `static/`, with the fingerprint of its content.
pub fn address(name: &str) -> &'static str {
    ADDRESSES.get(name).map_or("", String::as_str)
}

/// One file, under its fingerprinted name only: another fingerprint is another file.
#[get("/static/{name}")]
async fn asset(request: HttpRequest, path: web::Path<String>) -> PageResult {
    let asset = ASSETS.get(&format!("/static/{path}")).ok_or(Error::NotFound)?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, asset.kind.as_str()))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((VARY, "accept-encoding"));
    Ok(match &asset.packed {
        Some(packed) if reads_gzip(&request) => {
            response.insert_header((CONTENT_ENCODING, "gzip")).body(packed.clone())
        }
        _ => response.body(asset.plain.clone()),
    })
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

    #[test]
    fn what_a_page_loads_first_stays_within_its_budget() {
        let first =
            ["pico.css", "app.css", "htmx.js", "suggest.js", "state.js", "icons.svg", "mark.svg"];
        let sizes = first.map(|name| packed(&Files::get(name).unwrap().data).unwrap().len());
        // Of the 60 kB of a first view 20 are left for the page itself.
        assert!(sizes.iter().sum::<usize>() <= 40_000, "{sizes:?}");
    }

    #[test]
    fn charts_stay_within_a_budget_of_their_own() {
        let size = |name: &str| packed(&Files::get(name).unwrap().data).unwrap().len();
        let charts = ["echarts.js", "charts.js", "charts.css"].map(size);
        assert!(charts.iter().sum::<usize>() <= 225_000, "{charts:?}");
        assert!(size("guangdong.json") <= 45_000);
    }

    #[test]
    fn gzip_is_sent_to_who_reads_it_only() {
        let asked = |header: &'static str| {
            let request = actix_web::test::TestRequest::default();
            reads_gzip(&request.insert_header((ACCEPT_ENCODING, header)).to_http_request())
        };
        assert!(asked("gzip, deflate, br") && asked("br, gzip;q=0.5"));
        assert!(!asked("br") && !asked("gzip;q=0") && !asked("gzip; q=0.0, br"));
    }
}
