//! Looking at the rows of a table: what is wrong with each, what it repeats, what it resembles.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::table::{Line, Table, columns};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::error::{Error, FieldError, Message, Result};
use crate::http::text;
use crate::import::columns::{Column, FileKind};
use crate::import::destination::reviewed::Records;
use crate::import::destination::{Checked, Destination, Parsed, Plan, blame};
use crate::import::owners::{Owners, look_up};
use crate::import::rows;
use crate::import::source::{Content, Header, Row};
use crate::organizations;
use crate::organizations::model::Organization;
use crate::records::life::ReviewedLife;
use crate::records::likeness::batch::{Earlier, Resembled};
use crate::records::likeness::model::LikeRecord;
use crate::records::likeness::ops::of_fields;
use crate::records::reviewed::{Reviewed, Rows};
use crate::records::rules::Stage;

/// What is to become of a table.
#[derive(Debug, Clone)]
pub struct Order {
    /// What its rows are.
    pub kind: FileKind,
    /// Organisation of rows that name none: credit code or full name. Who belongs to a single one need
    /// not name it.
    pub org: Option<String>,
    /// Whether what comes in is put forward for review at once.
    pub submit: bool,
    /// Whether rows that say much the same as something else are left out.
    pub skip_like: bool,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Place of the column; none for the row as a whole.
    pub column: Option<usize>,
    /// Where within the cell, counted from 1; none for all of it.
    pub item: Option<usize>,
    /// Why, in words.
    pub text: String,
}

/// What has been found out about a row.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Number of the row.
    pub number: u64,
    /// What it is called.
    pub title: String,
    /// What is wrong with it.
    pub wrong: Vec<Wrong>,
    /// Whether it has been imported before, or stands twice in the table.
    pub repeated: bool,
    /// Records that say much the same, as far as the caller may know of them.
    pub like: Vec<LikeRecord>,
    /// The row before it that says much the same.
    pub like_row: Option<u64>,
    /// Whether it would be brought in.
    pub good: bool,
}

impl Looked {
    /// Whether it says much the same as something else.
    pub fn is_like(&self) -> bool {
        !self.like.is_empty() || self.like_row.is_some()
    }

    /// What is wrong with a column.
    pub fn wrong_at(&self, column: usize) -> Vec<&Wrong> {
        self.wrong.iter().filter(|wrong| wrong.column == Some(column)).collect()
    }
}

/// A table that has been looked at.
pub(super) struct Found<R> {
    /// All rows.
    pub(super) rows: Vec<Looked>,
    /// The good ones by their numbers, with the records that they would be.
    pub(super) records: Vec<(u64, R)>,
}

/// Looks at a table; the good rows come with the records that they would be.
///
/// # Errors
/// Database faults; [`Error::Unauthenticated`] for visitors.
pub(super) fn look<R: Reviewed>(
    app: &App,
    caller: &Caller,
    order: &Order,
    table: &Table,
) -> Result<Found<R>> {
    let plan = Plan { app, caller, publish: false, now: app.clock.now() };
    let columns = columns(order.kind);
    let mut trial = Trial {
        plan,
        order,
        orgs: HashMap::new(),
        owners: Owners::new(None, true),
        destination: Records::<R>::default(),
        header: Header {
            names: columns.iter().map(|column| column.header.to_owned()).collect(),
            columns: columns.iter().map(|column| Some(*column)).collect(),
        },
        columns,
    };
    let (mut found, mut records) = (Vec::with_capacity(table.rows.len()), Vec::new());
    let (mut seen, mut earlier) = (HashSet::new(), Earlier::default());
    for line in &table.rows {
        let (mut looked, record) = trial.row(line)?;
        if let Some(record) = record {
            looked.repeated = !seen.insert(Records::<R>::key(&record));
            looked.like_row = earlier.among_rows(line.number, &record).and_then(|it| match it.to {
                Resembled::Row(number) => Some(number),
                Resembled::Record(_) => None,
            });
            looked.good = !looked.repeated;
            records.push((line.number, record));
        }
        found.push(looked);
    }
    trial.known(&mut found, &records)?;
    for (number, record) in &records {
        let Some(looked) = found.iter_mut().find(|one| one.number == *number && one.good) else {
            continue;
        };
        looked.like = of_fields::<R>(app, caller, record.fields(), None)?;
        looked.good = !(order.skip_like && looked.is_like());
    }
    records.retain(|(number, _)| found.iter().any(|one| one.number == *number && one.good));
    Ok(Found { rows: found, records })
}

struct Trial<'a, R> {
    plan: Plan<'a>,
    order: &'a Order,
    /// Organisations by what rows call them.
    orgs: HashMap<String, Checked<Arc<Organization>>>,
    owners: Owners,
    destination: Records<R>,
    header: Header,
    columns: Vec<&'static Column>,
}

impl<R: Reviewed> Trial<'_, R> {
    /// What is wrong with a row, or the record that it would be.
    fn row(&mut self, line: &Line) -> Result<(Looked, Option<R>)> {
        let title = self.columns.iter().position(|column| column.field == "title");
        let mut looked = Looked {
            number: line.number,
            title: title.map(|at| line.text(at).trim().to_owned()).unwrap_or_default(),
            ..Looked::default()
        };
        let flaws = line.flaws.iter().cloned();
        looked.wrong = flaws.map(|(column, text)| Wrong { column, item: None, text }).collect();
        let row = Row::new(line.number, Content::Cells(line.cells.clone()));
        let reference = &self.plan.app.reference;
        let checked = match rows::parse(&row, Some(&self.header), self.order.kind, reference) {
            Ok(parsed) => self.prepared(parsed)?,
            Err(errors) => Err(errors),
        };
        match checked {
            Ok(record) if looked.wrong.is_empty() => return Ok((looked, Some(record))),
            Ok(_) => {}
            Err(errors) => {
                let wrong = errors.iter().map(|error| self.wrong(error));
                looked.wrong.extend(wrong.collect::<Vec<_>>());
            }
        }
        Ok((looked, None))
    }

    fn prepared(&mut self, mut parsed: Parsed) -> Result<Checked<R>> {
        let org = self.org(parsed.org.as_deref())?;
        let owner = match &org {
            Ok(org) => Arc::clone(org),
            Err(errors) => {
                // The rest of the row is looked at as well: all that is wrong is said at once.
                let Some(any) = self.stand_in()? else { return Ok(Err(errors.clone())) };
                any
            }
        };
        parsed.org = Some(owner.id.to_string());
        // Numbers of one organisation are not those of another.
        parsed.source_ref = parsed.source_ref.map(|own| format!("{}/{}", owner.id, own.trim()));
        let mut checked = self.destination.prepare(&self.plan, &mut self.owners, parsed)?;
        if let (Ok(record), true) = (&checked, self.order.submit)
            && let Err(errors) = self.submittable(record, &owner)?
        {
            checked = Err(errors);
        }
        Ok(match (org, checked) {
            (Ok(_), checked) => checked,
            (Err(errors), Ok(_)) => Err(errors),
            (Err(errors), Err(others)) => Err([errors, others].concat()),
        })
    }

    /// What keeps a record from being put forward.
    fn submittable(&self, record: &R, owner: &Organization) -> Result<Checked<()>> {
        let app = self.plan.app;
        let day = app.clock.today();
        let rules = blame(record.check_on(Stage::Submit, &app.reference, day, None))?;
        let verified = app.db.read(|db| organizations::ops::require_verified(db, owner.id));
        let verified = blame(verified)?.map_err(|mut errors| {
            errors.iter_mut().for_each(|error| "/org".clone_into(&mut error.pointer));
            errors
        });
        Ok(match (rules, verified) {
            (Err(rules), Err(verified)) => Err([verified, rules].concat()),
            (rules, verified) => rules.and(verified),
        })
    }

    /// The organisation of a row, when the caller may write for it.
    fn org(&mut self, named: Option<&str>) -> Result<Checked<Arc<Organization>>> {
        let named = named.or(self.order.org.as_deref()).map(str::trim).unwrap_or_default();
        if let Some(found) = self.orgs.get(named) {
            return Ok(found.clone());
        }
        let found = self.find_org(named)?.map(Arc::new);
        self.orgs.insert(named.to_owned(), found.clone());
        Ok(found)
    }

    fn find_org(&self, named: &str) -> Result<Checked<Organization>> {
        let caller = self.plan.caller;
        let at_org = |message: Message| Err(vec![FieldError::new("/org", message)]);
        self.plan.app.db.read(|db| {
            let id: Option<OrgId> = match named {
                "" => None,
                _ => match look_up(db, named)? {
                    // One that the caller may not know of is as good as none.
                    Some(org) if organizations::ops::find(db, caller, org.id).is_ok() => {
                        Some(org.id)
                    }
                    _ => {
                        let message = Message::new("import.unknown_org").with("org", named);
                        return Ok(at_org(message));
                    }
                },
            };
            Ok(match blame(organizations::ops::writable(db, caller, id))? {
                Ok(org) => Ok(org),
                Err(errors) => {
                    let message = errors.into_iter().next().map(|error| error.message);
                    at_org(message.unwrap_or_else(|| Message::new("field.required")))
                }
            })
        })
    }

    /// An organisation that the caller may write for, to look at rows whose own is wrong.
    fn stand_in(&mut self) -> Result<Option<Arc<Organization>>> {
        let own = self.plan.caller.signed_in()?.org_ids().first().map(ToString::to_string);
        let Some(own) = own else { return Ok(None) };
        Ok(self.org(Some(&own))?.ok())
    }

    /// Marks the rows that have been imported before.
    fn known(&self, found: &mut [Looked], records: &[(u64, R)]) -> Result<()> {
        let keys: Vec<String> =
            records.iter().map(|(_, record)| Records::<R>::key(record)).collect();
        let known = self.destination.known(&self.plan, &keys)?;
        for ((number, _), key) in records.iter().zip(&keys) {
            if known.contains(key)
                && let Some(looked) = found.iter_mut().find(|one| one.number == *number)
            {
                (looked.repeated, looked.good) = (true, false);
            }
        }
        Ok(())
    }

    fn wrong(&self, error: &FieldError) -> Wrong {
        let path = error.pointer.trim_start_matches('/');
        let (outer, rest) = path.split_once('/').unwrap_or((path, ""));
        let dotted = format!("{outer}.{}", rest.split('/').next().unwrap_or_default());
        let named = |field: &str| self.columns.iter().position(|column| column.field == field);
        let inside = |column: &&Column| {
            column.field.split_once('.').is_some_and(|(whole, _)| whole == outer)
        };
        let column = named(&dotted)
            .or_else(|| named(outer))
            .or_else(|| self.columns.iter().position(inside));
        let item = rest.split('/').next().and_then(|part| part.parse::<usize>().ok());
        let mut text = text::render(&error.message, self.plan.caller.language);
        if column.is_none() && !path.is_empty() {
            text = format!("{path}: {text}");
        }
        Wrong { column, item: item.map(|at| at + 1), text }
    }
}

/// The state in which records are put forward.
pub(super) fn submitted<R: Reviewed>() -> <R as Rows>::Status {
    <<R as Rows>::Status as ReviewedLife>::SUBMITTED
}

/// Whether the caller may bring in records at all.
///
/// # Errors
/// [`Error::Unauthenticated`] for visitors; [`Error::NotFound`] for who writes for nobody.
pub fn require_writer(caller: &Caller) -> Result<()> {
    let principal = caller.signed_in()?;
    let writes = !principal.org_ids().is_empty() || principal.is_broker() || principal.is_admin();
    if writes { Ok(()) } else { Err(Error::NotFound) }
}
