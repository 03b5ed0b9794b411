//! Charts and the tables that say the same: what `static/charts.js` draws stands in a block of data,
//! every figure of it in a table too.

use serde_json::{Value, json};

use super::Frame;
use super::embedded::embedded;

/// One cell of a table.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// As it is read.
    pub text: String,
    /// As a file has it.
    plain: Option<String>,
    /// Where it leads.
    pub link: Option<String>,
}

impl Cell {
    /// A cell that leads nowhere.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), plain: None, link: None }
    }

    /// The same with another text for files.
    #[must_use]
    pub fn plain(self, plain: String) -> Self {
        Self { plain: Some(plain), ..self }
    }

    /// The same with an address, if there is one.
    #[must_use]
    pub fn leading(self, link: Option<String>) -> Self {
        Self { link, ..self }
    }

    fn as_plain(&self) -> String {
        self.plain.clone().unwrap_or_else(|| self.text.clone())
    }
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is about.
    pub name: Cell,
    /// Its other cells.
    pub cells: Vec<Cell>,
}

impl Row {
    /// A row.
    pub fn new(name: Cell, cells: Vec<Cell>) -> Self {
        Self { name, cells }
    }
}

/// The figures of a chart as a table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name in addresses.
    pub key: &'static str,
    /// What it is called.
    pub caption: String,
    /// Names of the columns.
    pub head: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// Its rows as a file has them, with the names of the columns first.
    pub fn plain(&self) -> Vec<Vec<String>> {
        let rows = self
            .rows
            .iter()
            .map(|row| std::iter::once(&row.name).chain(&row.cells).map(Cell::as_plain).collect());
        std::iter::once(self.head.clone()).chain(rows).collect()
    }
}

/// A chart as the page holds it.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Its name, also of the file that it is kept as.
    pub key: &'static str,
    /// What it shows.
    pub title: String,
    /// The same with its figures, for those who do not see it.
    pub label: String,
    /// What is drawn, as data inside the page.
    pub data: String,
}

impl Chart {
    /// A chart with its title and what it says in words.
    pub fn new(key: &'static str, (title, said): (String, Vec<String>), spec: &Value) -> Self {
        /// Figures that a label tells; the table has all.
        const TOLD: usize = 24;
        let more = if said.len() > TOLD { " …" } else { "" };
        let told: Vec<&str> = said.iter().take(TOLD).map(String::as_str).collect();
        let label = format!("{title}: {}{more}", told.join("; "));
        Self { key, title, label, data: embedded(spec) }
    }
}

/// How figures of a sort are written, as the catalogue has it: from which value on, divided by what, in
/// which words.
pub fn units(page: &Frame, sort: &str) -> Value {
    let text = page.t(format!("chart.{sort}"));
    let unit = |part: &str| {
        let mut parts = part.splitn(3, '|');
        let mut number = || parts.next().and_then(|text| text.trim().parse::<f64>().ok());
        let (from, by) = (number()?, number()?);
        Some(json!({ "from": from, "by": by, "text": parts.next()? }))
    };
    text.split(';').filter_map(unit).collect()
}
