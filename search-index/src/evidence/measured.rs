//! Measured figures of a record, each read once.

use std::sync::OnceLock;

use super::Entry;
use super::figure::{Figure, figures};
use super::property::{Change, Property};
use super::unit::Unit;
use super::words;
use crate::analysis;

/// A measured figure, read.
#[derive(Debug, Clone)]
pub struct Measured {
    /// As the record states it.
    pub entry: Entry,
    /// The figure, when the value is one.
    pub figure: Option<Figure>,
    property: OnceLock<Property>,
    around: OnceLock<String>,
}

impl Measured {
    /// Reads the value.
    pub fn new(entry: Entry) -> Self {
        let unit = entry.unit.as_deref().unwrap_or_default().trim();
        let plain = super::text::plain(&format!("{}{unit}", entry.value.trim()));
        let own = Unit::parse(unit).is_none().then_some(unit);
        let mut read = figures(&plain, own);
        let whole = |figure: &Figure| figure.from == 0 && figure.to == plain.len();
        let figure = read.pop().filter(|figure| read.is_empty() && whole(figure));
        Self { entry, figure, property: OnceLock::new(), around: OnceLock::new() }
    }

    /// What it is a figure of; a share with a sign tells a change.
    pub fn property(&self) -> &Property {
        self.property.get_or_init(|| {
            let mut said = Property::of(&self.entry.name);
            let signed = self.figure.as_ref().filter(|figure| figure.unit.is_share());
            if let (Some(sign), None) = (signed.and_then(|figure| figure.sign), said.change) {
                said.change = Some(if sign == '+' { Change::Up } else { Change::Down });
            }
            said
        })
    }

    /// All that is said with it, folded.
    pub fn around(&self) -> &str {
        self.around.get_or_init(|| {
            let basis = self.entry.basis.as_deref().unwrap_or_default();
            let text = format!("{} {} {basis}", self.entry.name, self.written());
            words::canonical(&analysis::fold(&text))
        })
    }

    /// The figure as written, with its unit.
    pub fn written(&self) -> String {
        let unit = self.entry.unit.as_deref().unwrap_or_default();
        format!("{} {}", self.entry.value.trim(), unit.trim()).trim_end().to_owned()
    }
}
