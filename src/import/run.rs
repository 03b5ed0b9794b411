//! Running an import: rows in, records out, in batches. A bad row is reported and does not stop
//! the others; a row imported before is counted and passed over.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::columns::FileKind;
use super::destination::organizations::Organizations;
use super::destination::reviewed::Records;
use super::destination::users::Users;
use super::destination::{Destination, Parsed, Plan, Repeat, blame};
use super::owners::Owners;
use super::rejects::Rejects;
use super::rows;
use super::source::{self, Row, Source};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::Capability;
use crate::error::{FieldError, Message, Result};
use crate::http::text;
use crate::needs::model::Need;
use crate::records::likeness::batch::Resemblance;

/// Rows of one transaction: large enough that the disk is not waited for row by row, small enough
/// that the service beside it can write in between.
const BATCH: usize = 500;

/// Rejected rows that are kept for the report; the file of rejects has all of them.
const KEPT: usize = 1_000;

/// What to import, and how.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// What the file holds.
    pub kind: FileKind,
    /// Organisation of rows that name none: credit code, id or full name.
    pub org: Option<String>,
    /// Publish at once (organisations: count as verified).
    pub publish: bool,
    /// Check everything and write nothing.
    pub dry_run: bool,
    /// Leave out rows that say much the same as a record that is there, or as a row before them.
    pub skip_similar: bool,
    /// File for rejected rows.
    pub rejects: Option<PathBuf>,
}

/// A row that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Number of the row in the file.
    pub number: u64,
    /// Where and why, in the language of the caller.
    pub reasons: Vec<String>,
}

/// A row about which there is something to say, although nothing is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedRow {
    /// Number of the row in the file.
    pub number: u64,
    /// What, in the language of the caller.
    pub note: String,
}

/// A row that says much the same as something else.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarRow {
    /// Number of the row in the file.
    pub number: u64,
    /// What it resembles, and how much.
    pub resemblance: Resemblance,
}

/// What an import has done.
#[derive(Debug, Clone, Default)]
pub struct ImportReport {
    /// Rows that hold something.
    pub rows: usize,
    /// Records added (with a dry run: that would be).
    pub added: usize,
    /// Rows that have been imported before, or stand twice in the file.
    pub repeated: usize,
    /// Rows that were not imported.
    pub rejected: usize,
    /// The first of them.
    pub first_rejected: Vec<RejectedRow>,
    /// Rows that say much the same as a record that was there, or as a row before them; they are
    /// among those added unless they are to be left out.
    pub similar: usize,
    /// The first of them.
    pub first_similar: Vec<SimilarRow>,
    /// Notes on rows: cells whose content went to one column of several, records that stay as they
    /// are although the row says something else.
    pub noted: usize,
    /// The first of them.
    pub first_noted: Vec<NotedRow>,
    /// Numbers of the rows that name no organisation and came under the one that holds such.
    pub unowned: Vec<u64>,
}

/// Imports a file; `progress` is told rows done and rows expected.
///
/// # Errors
/// When the file cannot be read at all, or the database fails; batches before that are kept, and
/// a second run goes on behind them.
pub fn run(
    app: &App,
    caller: &Caller,
    path: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ImportReport> {
    let source = source::open(path, options.kind)?;
    let plan = Plan { app, caller, publish: options.publish, now: app.clock.now() };
    let run = Run::new(plan, options, source)?;
    match options.kind {
        FileKind::Needs => run.all(&mut Records::<Need>::default(), progress),
        FileKind::Capabilities => run.all(&mut Records::<Capability>::default(), progress),
        FileKind::Organizations => run.all(&mut Organizations::default(), progress),
        FileKind::Users => run.all(&mut Users, progress),
    }
}

struct Run<'a> {
    plan: Plan<'a>,
    options: &'a ImportOptions,
    source: Source,
    owners: Owners,
    rejects: Rejects,
    /// Keys of the file so far.
    seen: HashSet<String>,
    /// Rows that name no organisation, until they are added.
    unowned: HashSet<u64>,
    report: ImportReport,
}

impl<'a> Run<'a> {
    fn new(plan: Plan<'a>, options: &'a ImportOptions, source: Source) -> Result<Self> {
        let rejects = Rejects::begin(options.rejects.as_deref(), &source, &plan.app.reference)?;
        let owners = Owners::new(options.org.clone(), options.dry_run);
        let (seen, unowned, report) = <(HashSet<String>, HashSet<u64>, ImportReport)>::default();
        Ok(Self { plan, options, source, owners, rejects, seen, unowned, report })
    }

    fn all<D: Destination>(
        mut self,
        destination: &mut D,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<ImportReport> {
        let expected = self.source.rows_expected;
        loop {
            let batch: Vec<Row> = self.source.rows.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            self.report.rows += batch.len();
            self.batch(destination, batch)?;
            progress(self.report.rows as u64, expected.max(self.report.rows as u64));
        }
        self.rejects.finish(self.report.rejected)?;
        if self.report.added > 0 {
            self.plan.app.feed.wake();
        }
        Ok(self.report)
    }

    fn batch<D: Destination>(&mut self, destination: &mut D, batch: Vec<Row>) -> Result<()> {
        self.plan.now = self.plan.app.clock.now();
        let mut prepared = Vec::with_capacity(batch.len());
        for row in batch {
            self.note_merged(&row);
            let header = self.source.header.as_ref();
            let parsed = rows::parse(&row, header, self.options.kind, &self.plan.app.reference);
            let unowned = parsed.as_ref().is_ok_and(|parsed| self.is_unowned(parsed));
            let checked = match parsed {
                Ok(parsed) => destination.prepare(&self.plan, &mut self.owners, parsed)?,
                Err(errors) => Err(errors),
            };
            match checked {
                Ok(record) if !self.seen.insert(D::key(&record)) => {
                    self.repeated(destination, &row, &record)?;
                }
                Ok(record) => {
                    if unowned {
                        self.unowned.insert(row.number);
                    }
                    destination.remember(row.number, &record);
                    prepared.push((row, record));
                }
                Err(errors) => self.reject(&row, &errors)?,
            }
        }
        let prepared = self.new_ones(destination, prepared)?;
        let prepared = self.tell_similar(destination, prepared)?;
        if self.options.dry_run {
            prepared.iter().for_each(|(row, _)| self.added(row));
            return Ok(());
        }
        self.write(destination, prepared)
    }

    /// The rows that have not been imported before.
    fn new_ones<D: Destination>(
        &mut self,
        destination: &D,
        prepared: Vec<(Row, D::Record)>,
    ) -> Result<Vec<(Row, D::Record)>> {
        let keys: Vec<String> = prepared.iter().map(|(_, record)| D::key(record)).collect();
        let known = destination.known(&self.plan, &keys)?;
        let mut new = Vec::with_capacity(prepared.len());
        for (row, record) in prepared {
            if known.contains(&D::key(&record)) {
                self.repeated(destination, &row, &record)?;
            } else {
                new.push((row, record));
            }
        }
        Ok(new)
    }

    /// Reports the rows that resemble something, and takes them out if that is wanted.
    fn tell_similar<D: Destination>(
        &mut self,
        destination: &mut D,
        prepared: Vec<(Row, D::Record)>,
    ) -> Result<Vec<(Row, D::Record)>> {
        let rows: Vec<_> = prepared.iter().map(|(row, record)| (row.number, record)).collect();
        let found = destination.resemblances(&self.plan, &rows)?;
        let mut like: HashMap<u64, Resemblance> = rows
            .iter()
            .zip(found)
            .filter_map(|((number, _), resemblance)| Some((*number, resemblance?)))
            .collect();
        if like.is_empty() {
            return Ok(prepared);
        }
        // What a row resembles may be itself, brought in meanwhile by an import of the same file.
        let mut kept = self.new_ones(destination, prepared)?;
        kept.retain(|(row, _)| {
            let Some(resemblance) = like.remove(&row.number) else { return true };
            self.report.similar += 1;
            if self.report.first_similar.len() < KEPT {
                self.report.first_similar.push(SimilarRow { number: row.number, resemblance });
            }
            !self.options.skip_similar
        });
        Ok(kept)
    }

    /// Writes a batch; when the database refuses it, row by row, to find the one that is to blame.
    fn write<D: Destination>(
        &mut self,
        destination: &D,
        prepared: Vec<(Row, D::Record)>,
    ) -> Result<()> {
        let (rows, records): (Vec<Row>, Vec<D::Record>) = prepared.into_iter().unzip();
        if records.is_empty() {
            return Ok(());
        }
        if D::TOGETHER && blame(destination.write(&self.plan, &records))?.is_ok() {
            rows.iter().for_each(|row| self.added(row));
            return Ok(());
        }
        for (row, record) in rows.iter().zip(&records) {
            let Err(errors) = blame(destination.write(&self.plan, std::slice::from_ref(record)))?
            else {
                self.added(row);
                continue;
            };
            // Another import may have brought in the same row meanwhile.
            let key = D::key(record);
            if destination.known(&self.plan, std::slice::from_ref(&key))?.contains(&key) {
                self.repeated(destination, row, record)?;
            } else {
                self.reject(row, &errors)?;
            }
        }
        Ok(())
    }

    /// A row whose key is there already: imported before, unless it says something else.
    fn repeated<D: Destination>(
        &mut self,
        destination: &D,
        row: &Row,
        record: &D::Record,
    ) -> Result<()> {
        match destination.repeat(&self.plan, row.number, record)? {
            Repeat::Conflict(errors) => return self.reject(row, &errors),
            Repeat::Same => {}
            Repeat::Other { fields, message } => {
                let header = self.source.header.as_ref();
                let place = |field: &String| rows::place(field, header, self.options.kind);
                let places: Vec<String> = fields.iter().map(place).collect();
                self.note(row, message.with("fields", places.join(", ")));
            }
        }
        self.report.repeated += 1;
        Ok(())
    }

    /// Tells which columns got the content of merged cells, and which did not.
    fn note_merged(&mut self, row: &Row) {
        for message in &row.notes {
            self.note(row, message.clone());
        }
    }

    fn note(&mut self, row: &Row, message: Message) {
        self.report.noted += 1;
        if self.report.first_noted.len() < KEPT {
            let note = text::render(&message, self.plan.caller.language);
            self.report.first_noted.push(NotedRow { number: row.number, note });
        }
    }

    /// Whether a row goes to the organisation that holds what names none. Accounts need none.
    fn is_unowned(&self, parsed: &Parsed) -> bool {
        let owned = matches!(parsed.kind, FileKind::Needs | FileKind::Capabilities);
        owned && parsed.org.is_none() && self.options.org.is_none()
    }

    fn added(&mut self, row: &Row) {
        self.report.added += 1;
        if self.unowned.remove(&row.number) {
            self.report.unowned.push(row.number);
        }
    }

    fn reject(&mut self, row: &Row, errors: &[FieldError]) -> Result<()> {
        let header = self.source.header.as_ref();
        let reasons: Vec<String> = errors
            .iter()
            .map(|error| {
                let reason = text::render(&error.message, self.plan.caller.language);
                match rows::place(&error.pointer, header, self.options.kind).as_str() {
                    "" => reason,
                    place => format!("{place}: {reason}"),
                }
            })
            .collect();
        self.rejects.write(&self.source, row, &reasons)?;
        self.report.rejected += 1;
        if self.report.first_rejected.len() < KEPT {
            self.report.first_rejected.push(RejectedRow { number: row.number, reasons });
        }
        Ok(())
    }
}
