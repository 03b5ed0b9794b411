//! Running an import: rows in, records out, in batches. A bad row is reported and does not stop
//! the others; a row imported before is counted and passed over.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::columns::FileKind;
use super::destination::organizations::Organizations;
use super::destination::reviewed::Records;
use super::destination::users::Users;
use super::destination::{Destination, Parsed, Plan, blame};
use super::owners::Owners;
use super::rejects::Rejects;
use super::rows;
use super::source::{self, Row, Source};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::Capability;
use crate::error::{FieldError, Result};
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
        FileKind::Organizations => run.all(&mut Organizations, progress),
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
            let header = self.source.header.as_ref();
            let parsed = rows::parse(&row, header, self.options.kind, &self.plan.app.reference);
            let unowned = parsed.as_ref().is_ok_and(|parsed| self.is_unowned(parsed));
            let checked = match parsed {
                Ok(parsed) => destination.prepare(&self.plan, &mut self.owners, parsed)?,
                Err(errors) => Err(errors),
            };
            match checked {
                Ok(record) if !self.seen.insert(D::key(&record)) => self.report.repeated += 1,
                Ok(record) => {
                    if unowned {
                        self.unowned.insert(row.number);
                    }
                    prepared.push((row, record));
                }
                Err(errors) => self.reject(&row, &errors)?,
            }
        }
        let keys: Vec<String> = prepared.iter().map(|(_, record)| D::key(record)).collect();
        let known = destination.known(&self.plan, &keys)?;
        let before = prepared.len();
        prepared.retain(|(_, record)| !known.contains(&D::key(record)));
        self.report.repeated += before - prepared.len();
        self.tell_similar(destination, &mut prepared)?;
        if self.options.dry_run {
            prepared.iter().for_each(|(row, _)| self.added(row));
            return Ok(());
        }
        self.write(destination, prepared)
    }

    /// Reports the rows that resemble something, and takes them out if that is wanted.
    fn tell_similar<D: Destination>(
        &mut self,
        destination: &mut D,
        prepared: &mut Vec<(Row, D::Record)>,
    ) -> Result<()> {
        let rows: Vec<_> = prepared.iter().map(|(row, record)| (row.number, record)).collect();
        let mut found = destination.resemblances(&self.plan, &rows)?.into_iter();
        prepared.retain(|(row, _)| {
            let Some(resemblance) = found.next().flatten() else { return true };
            self.report.similar += 1;
            if self.report.first_similar.len() < KEPT {
                self.report.first_similar.push(SimilarRow { number: row.number, resemblance });
            }
            !self.options.skip_similar
        });
        Ok(())
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
        if blame(destination.write(&self.plan, &records))?.is_ok() {
            rows.iter().for_each(|row| self.added(row));
            return Ok(());
        }
        for (row, record) in rows.iter().zip(&records) {
            match blame(destination.write(&self.plan, std::slice::from_ref(record)))? {
                Ok(()) => self.added(row),
                Err(errors) => self.reject(row, &errors)?,
            }
        }
        Ok(())
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
