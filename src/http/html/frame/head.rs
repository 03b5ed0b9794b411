//! What stands in the head of a page, and addresses of files.

use super::Frame;
use crate::http::html::assets;
use crate::outbound::addresses;
use crate::public_facts::descriptions;

impl Frame {
    /// The one address of the page, under which others know it: without what is asked of it.
    pub fn canonical(&self) -> String {
        let path = self.here.split_once('?').map_or(self.here.as_str(), |(path, _)| path);
        addresses::page(&self.app, path)
    }

    /// Address of an icon, to be used in a drawing.
    pub fn icon(&self, name: &str) -> String {
        format!("{}#{name}", assets::address("icons.svg"))
    }

    /// Address of a static file.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    /// The beginning of a text in one line, as a description of the page.
    pub fn described(&self, text: impl AsRef<str>) -> String {
        descriptions::described(text.as_ref())
    }
}
