//! The reference data, to look through: it is changed by files, not here.

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use crate::accounts::principal::Language;
use crate::admin::ops::only_for_admins;
use crate::error::{Error, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::failure::in_query;
use crate::http::html::{Frame, PageResult, Visit};
use crate::reference::Reference;
use crate::reference::calendar::DayKind;

/// Rows of one page.
const ROWS: usize = 100;
/// What stands before the name of a code table.
const CODES: &str = "codes:";

/// Which rows to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    table: String,
    /// Part of any cell.
    q: String,
    offset: usize,
}

/// Rows of a table, with the names of their columns below `reference.`.
#[derive(Default)]
struct Rows {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    fn of(columns: &[&'static str], rows: impl Iterator<Item = Vec<String>>) -> Self {
        Self { columns: columns.to_vec(), rows: rows.collect() }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "admin_reference.html")]
pub(super) struct ReferencePage {
    page: Frame,
    which: Which,
    /// The tables that are not of codes, with how many rows they have.
    tables: Vec<(&'static str, usize)>,
    /// Names of the tables of codes.
    codes: Vec<String>,
    shown: Rows,
    /// How many rows there are of those asked for.
    count: usize,
    /// Changes whenever a table does.
    fingerprint: String,
}

impl ReferencePage {
    fn address(&self, offset: usize) -> String {
        let (table, q) = (in_query(&self.which.table), in_query(&self.which.q));
        format!("/admin/reference?table={table}&q={q}&offset={offset}")
    }

    fn next(&self) -> Option<String> {
        let next = self.which.offset + ROWS;
        (next < self.count).then(|| self.address(next))
    }

    fn previous(&self) -> Option<String> {
        (self.which.offset > 0).then(|| self.address(self.which.offset.saturating_sub(ROWS)))
    }

    /// The numbers of the first and the last row that is shown.
    fn span(&self) -> String {
        format!("{}–{}", self.which.offset + 1, self.which.offset + self.shown.rows.len())
    }

    fn is_code_table(&self, name: &str) -> bool {
        self.which.table.strip_prefix(CODES) == Some(name)
    }
}

/// The reference data.
#[get("/admin/reference")]
pub(super) async fn show_reference(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<ReferencePage> {
    only_for_admins(&visit.caller)?;
    let (app, mut which) = (app.into_inner(), which.into_inner());
    if which.table.is_empty() {
        "regions".clone_into(&mut which.table);
    }
    let reference = &app.reference;
    let mut shown = rows(reference, &which.table, visit.caller.language)?;
    let wanted = which.q.trim().to_lowercase();
    if !wanted.is_empty() {
        shown.rows.retain(|row| row.iter().any(|cell| cell.to_lowercase().contains(&wanted)));
    }
    let count = shown.rows.len();
    which.offset = which.offset.min(count.saturating_sub(1));
    shown.rows = shown.rows.into_iter().skip(which.offset).take(ROWS).collect();
    Ok(ReferencePage {
        page: Frame::new(&app, &visit, "account"),
        tables: tables(reference),
        codes: reference.table_names().into_iter().map(str::to_owned).collect(),
        fingerprint: reference.fingerprint().chars().take(12).collect(),
        which,
        shown,
        count,
    })
}

fn tables(reference: &Reference) -> Vec<(&'static str, usize)> {
    vec![
        ("regions", reference.regions().len()),
        ("industries", reference.industries().len()),
        ("contract_rules", reference.contract_rules().len()),
        ("holidays", reference.holidays().len()),
        ("hitech_fields", reference.hitech_fields().len()),
        ("disciplines", reference.disciplines().len()),
        ("universities", reference.universities().len()),
        ("consent_texts", reference.consent_texts().len()),
    ]
}

fn rows(reference: &Reference, table: &str, language: Language) -> Result<Rows> {
    if let Some(name) = table.strip_prefix(CODES) {
        let entries = reference.code_table(name);
        if entries.is_empty() {
            return Err(Error::NotFound);
        }
        let cells = entries
            .into_iter()
            .map(|entry| vec![entry.code.clone(), entry.name_zh.clone(), entry.name_en.clone()]);
        return Ok(Rows::of(&["code", "name_zh", "name_en"], cells));
    }
    let place = |code: &str| match code {
        "" => String::new(),
        code => format!("{code} {}", reference.region_name(code, language)),
    };
    match table {
        "regions" => Ok(Rows::of(
            &["code", "name_zh", "name_en", "level", "above", "group"],
            reference.regions().iter().map(|one| {
                let group = one.region_group.clone();
                let above = place(&one.parent_code);
                let (zh, en) = (one.name.clone(), one.name_en.clone());
                vec![one.code.clone(), zh, en, one.level.clone(), above, group]
            }),
        )),
        "industries" => Ok(Rows::of(
            &["code", "name_zh", "name_en", "level", "above"],
            reference.industries().iter().map(|one| {
                let (zh, en) = (one.name.clone(), one.name_en.clone());
                vec![one.code.clone(), zh, en, one.level.clone(), one.parent_code.clone()]
            }),
        )),
        "contract_rules" => Ok(Rows::of(
            &["rule", "region", "valid_from", "valid_to", "value", "source"],
            reference.contract_rules().iter().map(|one| {
                let until = one.valid_to.map(|day| day.to_string()).unwrap_or_default();
                let (from, region) = (one.valid_from.to_string(), place(&one.region_code));
                let rule = one.rule.to_string();
                vec![rule, region, from, until, one.value.clone(), one.source.clone()]
            }),
        )),
        _ => few_columns(reference, table),
    }
}

fn few_columns(reference: &Reference, table: &str) -> Result<Rows> {
    match table {
        "holidays" => Ok(Rows::of(
            &["date", "kind", "name_zh", "name_en"],
            reference.holidays().iter().map(|one| {
                let kind = if one.kind == DayKind::Holiday { "holiday" } else { "workday" };
                let (zh, en) = (one.name_zh.clone(), one.name_en.clone());
                vec![one.date.to_string(), kind.to_owned(), zh, en]
            }),
        )),
        "hitech_fields" => Ok(Rows::of(
            &["code", "name_zh", "level", "above"],
            reference.hitech_fields().iter().map(|one| {
                let level = one.level.to_string();
                vec![one.code.clone(), one.name.clone(), level, one.parent_code.clone()]
            }),
        )),
        "disciplines" => Ok(Rows::of(
            &["code", "name_zh"],
            reference.disciplines().iter().map(|one| vec![one.code.clone(), one.name.clone()]),
        )),
        "universities" => Ok(Rows::of(
            &["code", "name_zh", "city", "level"],
            reference.universities().iter().map(|one| {
                vec![one.code.clone(), one.name.clone(), one.city.clone(), one.level.clone()]
            }),
        )),
        "consent_texts" => Ok(Rows::of(
            &["purpose", "version", "text_zh", "text_en"],
            reference.consent_texts().iter().map(|one| {
                let (zh, en) = (one.text_zh.clone(), one.text_en.clone());
                vec![one.purpose.to_string(), one.version.clone(), zh, en]
            }),
        )),
        _ => Err(Error::NotFound),
    }
}
