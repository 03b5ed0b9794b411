//! Facts as the records tell them now: one by one, or added up by the database.

use chrono::NaiveDate;

use super::fact::{Fact, FactKey, FactKind};
use super::store::headings::{EXCHANGE, Headings, SHARED_PLATFORM};
use super::store::sources::{self, CaseRow, ContractRow, PlatformRow, ProjectRow, Scope, VisitRow};
use super::store::sums::{self, SumRow};
use super::tally::Sum;
use crate::cases::model::Channel;
use crate::clock::china_date;
use crate::db::Db;
use crate::error::Result;
use crate::events::model::Event;
use crate::money::Money;
use crate::organizations;
use crate::projects::model::ProjectFields;

/// `activity_kind` of contracts of development that no project carries.
const RESEARCH: &str = "research_project";
/// Of other contracts that no project carries.
const TRANSFER: &str = "technology_transfer";

impl Fact {
    fn about(mut self, code: String, title: String) -> Self {
        (self.code, self.title) = (code, title);
        self
    }

    fn under(mut self, headings: Headings) -> Self {
        self.programme = headings.programme;
        self.channel = headings.channel;
        self.activity_kind = headings.activity_kind;
        self
    }

    fn worth(mut self, amount: i64, of_which: i64) -> Self {
        (self.amount, self.of_which) = (Money(amount), Money(of_which));
        self
    }

    /// What a meeting, by its channel, or a contract, by its type, adds to the headings of its project.
    fn said(mut self, said: Option<&str>) -> Self {
        match self.key.kind {
            FactKind::Meeting => {
                self.channel = said.map(str::to_owned).unwrap_or(self.channel);
                EXCHANGE.clone_into(&mut self.activity_kind);
            }
            FactKind::Contract | FactKind::Registration | FactKind::Payment
                if self.activity_kind.is_empty() =>
            {
                let development = said == Some("development");
                self.activity_kind = if development { RESEARCH } else { TRANSFER }.to_owned();
            }
            _ => {}
        }
        self
    }
}

/// All facts of a scope, or those of one kind, in no order.
///
/// # Errors
/// Database faults.
pub fn facts(db: &mut Db, scope: &Scope<'_>, only: Option<FactKind>) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for kind in FactKind::ALL.iter().filter(|kind| only.is_none_or(|only| only == **kind)) {
        facts.extend(of_kind(db, scope, *kind)?);
    }
    Ok(facts)
}

/// The facts of one kind.
///
/// # Errors
/// Database faults.
pub fn of_kind(db: &mut Db, scope: &Scope<'_>, kind: FactKind) -> Result<Vec<Fact>> {
    let contracts = |rows: Vec<ContractRow>| -> Vec<Fact> {
        rows.into_iter().filter_map(|row| contract(kind, row)).collect()
    };
    let cases =
        |rows: Vec<CaseRow>| -> Vec<Fact> { rows.into_iter().map(|row| case(kind, row)).collect() };
    Ok(match kind {
        FactKind::Need => needs(db, scope)?,
        FactKind::Visit => visits(db, scope)?,
        FactKind::Case => cases(sources::opened(db, scope)?),
        FactKind::Meeting => meetings(db, scope)?,
        FactKind::Success => cases(sources::won(db, scope)?),
        FactKind::Contract => contracts(sources::signed(db, scope)?),
        FactKind::Registration => contracts(sources::registered(db, scope)?),
        FactKind::Payment => contracts(sources::payments(db, scope)?),
        FactKind::Project => sources::begun(db, scope)?.into_iter().filter_map(begun).collect(),
        FactKind::Closing => {
            let rows = sources::closed(db, scope)?.into_iter();
            rows.filter_map(|(row, fields)| closing(row, &fields.0)).collect()
        }
        FactKind::Event => sources::events(db, scope)?.into_iter().map(event).collect(),
        FactKind::Platform => sources::platforms(db, scope)?.into_iter().map(platform).collect(),
    })
}

/// Kinds of facts that the database does not add up: what a project has put out stands in its document
/// alone, and whether an event was online follows from its document. Both are few.
pub const READ_ONE_BY_ONE: [FactKind; 2] = [FactKind::Closing, FactKind::Event];

/// What the facts of all other kinds that no locked report holds add up to.
///
/// # Errors
/// Database faults.
pub fn sums(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Sum>> {
    let mut all = Vec::new();
    for kind in FactKind::ALL.iter().filter(|kind| !READ_ONE_BY_ONE.contains(kind)) {
        let rows = sums::live(db, scope, *kind)?;
        all.extend(rows.into_iter().filter_map(|row| {
            let said = row.said.clone();
            sum(*kind, row).map(|sum| Sum { alike: sum.alike.said(said.as_deref()), ..sum })
        }));
    }
    Ok(all)
}

/// What the facts of locked reports add up to that count now.
///
/// # Errors
/// Database faults.
pub fn locked_sums(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Sum>> {
    let rows = sums::locked(db, scope)?.into_iter();
    Ok(rows.filter_map(|row| sum(row.said.as_deref()?.parse().ok()?, row)).collect())
}

fn sum(kind: FactKind, row: SumRow) -> Option<Sum> {
    let first_day: NaiveDate = format!("{}-01", row.month).parse().ok()?;
    let alike = Fact::new(kind, String::new(), first_day, row.region_code)
        .under(row.found.headings())
        .worth(row.amount, row.of_which);
    Some(Sum { alike, facts: row.facts })
}

fn needs(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Fact>> {
    let rows = sources::needs(db, scope)?;
    let fact = |(id, code, title, region, published): sources::NeedRow| {
        let on = china_date(published?.0);
        Some(Fact::new(FactKind::Need, id.to_string(), on, region).about(code, title))
    };
    Ok(rows.into_iter().filter_map(fact).collect())
}

fn visits(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Fact>> {
    let rows = sources::visits(db, scope)?;
    let mut orgs: Vec<_> = rows.iter().filter_map(|row| row.3).collect();
    orgs.sort_unstable();
    orgs.dedup();
    let owners = organizations::ops::owners(db, &orgs)?;
    let fact = |(id, code, town, org_id, on, fields): VisitRow| {
        let fields = fields.0;
        let firm = org_id.and_then(|id| owners.get(&id)).map(|org| org.name.clone());
        let headings = Headings {
            programme: fields.programme.unwrap_or_default(),
            channel: fields.channel.unwrap_or_else(|| Channel::Offline.to_string()),
            activity_kind: EXCHANGE.to_owned(),
        };
        Fact::new(FactKind::Visit, id.to_string(), on, town)
            .about(code, firm.or(fields.org_name).unwrap_or_default())
            .under(headings)
    };
    Ok(rows.into_iter().map(fact).collect())
}

fn platform((id, code, name, town, opened_on): PlatformRow) -> Fact {
    let activity_kind = SHARED_PLATFORM.to_owned();
    Fact::new(FactKind::Platform, id.to_string(), opened_on, town)
        .about(code, name)
        .under(Headings { activity_kind, ..Headings::default() })
}

fn event(row: Event) -> Fact {
    let channel = if row.is_online() { Channel::Online } else { Channel::Offline };
    let headings = Headings {
        programme: String::new(),
        channel: channel.to_string(),
        activity_kind: EXCHANGE.to_owned(),
    };
    let on = china_date(row.starts_at.0);
    Fact::new(FactKind::Event, row.id.to_string(), on, row.town_code)
        .about(row.code, row.title)
        .under(headings)
}

fn case(kind: FactKind, row: CaseRow) -> Fact {
    Fact::new(kind, row.id.to_string(), china_date(row.at.0), row.region_code)
        .about(row.code, row.title)
        .under(row.found.headings())
}

fn meetings(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Fact>> {
    let rows = sources::meetings(db, scope)?;
    let fact = |(row, part, channel): (CaseRow, i32, Option<Channel>)| {
        let mut fact = case(FactKind::Meeting, row).said(channel.map(Channel::as_str));
        fact.key.part = part;
        fact
    };
    Ok(rows.into_iter().map(fact).collect())
}

fn contract(kind: FactKind, row: ContractRow) -> Option<Fact> {
    let fact = Fact::new(kind, row.id.to_string(), row.on?, row.region_code)
        .about(row.code, row.title)
        .under(row.found.headings())
        .said(row.contract_type.as_deref())
        .worth(row.amount.unwrap_or_default(), row.of_which.unwrap_or_default());
    Some(Fact { key: FactKey { part: row.part, ..fact.key.clone() }, ..fact })
}

fn project(kind: FactKind, row: ProjectRow) -> Option<Fact> {
    let fact = Fact::new(kind, row.id.to_string(), row.on?, row.region_code);
    Some(fact.about(row.code, row.title).under(row.found.headings()))
}

fn begun(row: ProjectRow) -> Option<Fact> {
    let (planned, paid) = (row.funds_planned, row.funds_paid);
    Some(project(FactKind::Project, row)?.worth(planned, paid))
}

fn closing(row: ProjectRow, fields: &ProjectFields) -> Option<Fact> {
    let value: i64 = fields.outputs.iter().filter_map(|one| one.amount).map(|one| one.0).sum();
    Some(project(FactKind::Closing, row)?.worth(value, 0))
}
