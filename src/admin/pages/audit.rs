//! The audit log: looked through, and its chain verified.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get};
use askama::Template;
use askama_web::WebTemplate;
use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use serde::Deserialize;

use crate::admin::ops::{only_for_admins, person};
use crate::app::App;
use crate::audit;
use crate::audit::model::{AuditEntryView, ChainReport, RememberedHead};
use crate::audit::ops::AuditFilter;
use crate::db::Timestamp;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::failure::in_query;
use crate::http::html::{Frame, PageResult, Visit, refusing};
use crate::http::pagination::Page;
use crate::records::model::RecordKind;

/// Entries of one page.
const ROWS: usize = 50;
/// Years that days to filter by are in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Which entries to show, and whether to verify the chain, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    /// Id, mail address or name of a person.
    actor: String,
    action: String,
    kind: String,
    record: String,
    /// First and last day, in China.
    from: String,
    to: String,
    after: String,
    /// `yes` to verify the chain.
    verify: String,
    /// A head that was written down: number of entries, and hash.
    entries: String,
    head: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin_audit.html")]
pub(super) struct AuditPage {
    page: Frame,
    which: Which,
    found: Page<AuditEntryView>,
    report: Option<ChainReport>,
    errors: Vec<FieldError>,
}

impl AuditPage {
    /// Address of what follows an entry.
    fn address(&self, after: &str) -> String {
        let which = &self.which;
        let fields = [
            ("actor", &which.actor),
            ("action", &which.action),
            ("kind", &which.kind),
            ("record", &which.record),
            ("from", &which.from),
            ("to", &which.to),
        ];
        let fields = fields.map(|(name, text)| format!("{name}={}", in_query(text)));
        format!("/admin/audit?{}&after={}", fields.join("&"), in_query(after))
    }

    /// Address of the page of a record, where such have one.
    fn link(&self, entry: &AuditEntryView) -> Option<String> {
        use RecordKind as K;
        let kind = entry.record_kind?;
        match kind {
            K::User => Some(format!("/admin/users/{}", entry.record_id)),
            K::Report | K::MessageTemplate => None,
            _ => Some(format!("/{}/{}", kind.folder(), entry.record_id)),
        }
    }

    /// What was changed, for reading; empty when nothing is said.
    fn changes(&self, entry: &AuditEntryView) -> String {
        let empty = entry.changes.as_object().is_some_and(serde_json::Map::is_empty);
        if entry.changes.is_null() || empty {
            return String::new();
        }
        serde_json::to_string_pretty(&entry.changes).unwrap_or_default()
    }

    fn kinds(&self) -> &'static [RecordKind] {
        RecordKind::ALL
    }
}

/// The audit log, newest first.
#[get("/admin/audit")]
pub(super) async fn show_audit(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<Either<AuditPage, HttpResponse>> {
    only_for_admins(&visit.caller)?;
    let (app, which) = (app.into_inner(), which.into_inner());
    let page = Frame::new(&app, &visit, "account");
    match found(&app, &visit, which.clone()).await {
        Ok((found, report)) => {
            Ok(Either::Left(AuditPage { page, which, found, report, errors: Vec::new() }))
        }
        Err(Error::Invalid(errors)) => {
            let (found, report) = (Page::empty(), None);
            let page = AuditPage { page, which, found, report, errors };
            Ok(Either::Right(refusing(422, &page)?))
        }
        Err(error) => Err(error.into()),
    }
}

async fn found(
    app: &Arc<App>,
    visit: &Visit,
    which: Which,
) -> Result<(Page<AuditEntryView>, Option<ChainReport>)> {
    let caller = visit.caller.clone();
    app.run(move |app| {
        let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let kind = typed(&which.kind).map(|code| code.parse::<RecordKind>()).transpose();
        let before = typed(&which.after).map(|text| text.parse::<i64>()).transpose();
        let filter = AuditFilter {
            actor_id: person(app, &caller, &which.actor)?,
            action: typed(&which.action),
            record_kind: kind.map_err(|_| Error::field("/kind", "field.unknown_status"))?,
            record_id: typed(&which.record),
            from: day("/from", &which.from)?.map(begins),
            until: day("/to", &which.to)?.map(|day| begins(day + Days::new(1))),
        };
        let before = before.map_err(|_| Error::field("/after", "field.cursor"))?;
        let page = audit::ops::list(&app.db, &caller, &filter, before, ROWS)?;
        let remembered = remembered(&which)?;
        let report = (which.verify == "yes")
            .then(|| audit::ops::verify_for(&app.db, &caller, remembered.as_ref()))
            .transpose()?;
        Ok((page, report))
    })
    .await
}

/// A head that was written down, when one was typed.
fn remembered(which: &Which) -> Result<Option<RememberedHead>> {
    let (entries, hash) = (which.entries.trim(), which.head.trim().to_ascii_lowercase());
    match (entries.is_empty(), hash.is_empty()) {
        (true, true) => Ok(None),
        (true, false) => Err(Error::field("/entries", "field.required")),
        (false, true) => Err(Error::field("/head", "field.required")),
        (false, false) => {
            let entries = entries.parse().map_err(|_| Error::field("/entries", "field.number"))?;
            Ok(Some(RememberedHead { entries, hash }))
        }
    }
}

fn day(pointer: &str, text: &str) -> Result<Option<NaiveDate>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse().ok().filter(|day: &NaiveDate| YEARS.contains(&day.year()));
    day.map(Some).ok_or_else(|| Error::field(pointer, "field.date"))
}

/// The moment at which a day begins in China.
fn begins(day: NaiveDate) -> Timestamp {
    Timestamp::new(day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(8))
}
