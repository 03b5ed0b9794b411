//! `townbridge openapi`

use super::{Outcome, output};
use crate::error::Error;
use crate::http::server;

/// Prints the OpenAPI document.
pub(crate) fn run() -> Outcome {
    let document = server::openapi().to_pretty_json().map_err(Error::from)?;
    output::print(&document);
    Ok(())
}
