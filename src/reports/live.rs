//! Facts as the records tell them now.

use std::collections::HashMap;

use super::fact::{Fact, FactKey, FactKind};
use super::store::links::{Headings, Links};
use super::store::sources::{self, CaseRow, PaymentRow, Scope};
use crate::cases::model::{CaseId, Channel};
use crate::clock::china_date;
use crate::contracts::model::{Contract, ContractId};
use crate::db::Db;
use crate::error::Result;
use crate::events::model::Event;
use crate::money::Money;
use crate::organizations;
use crate::projects::model::{Project, ProjectStatus};

/// `activity_kind` of visits and meetings.
const EXCHANGE: &str = "exchange";
/// Of contracts of development that no project carries.
const RESEARCH: &str = "research_project";
/// Of other contracts that no project carries.
const TRANSFER: &str = "technology_transfer";

impl Fact {
    fn about(mut self, code: &str, title: &str) -> Self {
        code.clone_into(&mut self.code);
        title.clone_into(&mut self.title);
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
}

/// All facts of a scope, in no order.
///
/// # Errors
/// Database faults.
pub fn facts(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Fact>> {
    let mut facts = needs(db, scope)?;
    facts.extend(visits(db, scope)?);
    facts.extend(sources::events_held(db, scope)?.iter().map(event));
    let opened = sources::cases_opened(db, scope)?;
    let won = sources::cases_won(db, scope)?;
    let meetings = sources::meetings(db, scope)?;
    let contracts = sources::contracts_made(db, scope)?;
    let payments = sources::payments(db, scope)?;
    let links = {
        let cases = opened.iter().chain(&won).map(|row| row.0);
        let cases = cases.chain(meetings.iter().map(|(row, _)| row.0));
        let cases = cases.chain(contracts.iter().filter_map(|row| row.case_id));
        let cases = cases.chain(payments.iter().filter_map(|row| row.case_id));
        let ids =
            contracts.iter().map(|row| row.id).chain(payments.iter().map(|row| row.contract_id));
        Links::of(db, &once(cases), &once(ids))?
    };
    facts.extend(opened.iter().map(|row| case(FactKind::Case, row, &links)));
    facts.extend(won.iter().map(|row| case(FactKind::Success, row, &links)));
    facts.extend(numbered(&meetings, &links));
    facts.extend(contracts.iter().flat_map(|row| contract(row, &links)));
    facts.extend(payments.iter().map(|row| payment(row, &links)));
    facts.extend(sources::projects_run(db, scope)?.iter().flat_map(project));
    // Queries choose wider than facts are: a contract by two days, a project by any of its towns.
    facts.retain(|fact| scope.span.holds(fact.on) && scope.covers(&fact.region_code));
    Ok(facts)
}

/// Each id once.
fn once<Id: Ord>(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut ids: Vec<Id> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn needs(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Fact>> {
    let rows = sources::needs_published(db, scope)?;
    let fact = |(id, code, title, region, published): sources::NeedRow| {
        let on = china_date(published?.0);
        Some(Fact::new(FactKind::Need, id.to_string(), on, region).about(&code, &title))
    };
    Ok(rows.into_iter().filter_map(fact).collect())
}

fn visits(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Fact>> {
    let rows = sources::visits_made(db, scope)?;
    let orgs = once(rows.iter().filter_map(|row| row.org_id));
    let owners = organizations::ops::owners(db, &orgs)?;
    let fact = |row: crate::visits::model::Visit| {
        let fields = row.doc.0;
        let firm = row.org_id.and_then(|id| owners.get(&id)).map(|org| org.name.clone());
        let firm = firm.or(fields.org_name).unwrap_or_default();
        let headings = Headings {
            programme: fields.programme.unwrap_or_default(),
            channel: fields.channel.unwrap_or_else(|| Channel::Offline.to_string()),
            activity_kind: EXCHANGE.to_owned(),
        };
        Fact::new(FactKind::Visit, row.id.to_string(), row.visited_on, row.town_code)
            .about(&row.code, &firm)
            .under(headings)
    };
    Ok(rows.into_iter().map(fact).collect())
}

fn event(row: &Event) -> Fact {
    let channel = if row.is_online() { Channel::Online } else { Channel::Offline };
    let headings = Headings {
        programme: String::new(),
        channel: channel.to_string(),
        activity_kind: EXCHANGE.to_owned(),
    };
    Fact::new(
        FactKind::Event,
        row.id.to_string(),
        china_date(row.starts_at.0),
        row.town_code.clone(),
    )
    .about(&row.code, &row.title)
    .under(headings)
}

fn case(kind: FactKind, (id, code, title, region, at): &CaseRow, links: &Links) -> Fact {
    Fact::new(kind, id.to_string(), china_date(at.0), region.clone())
        .about(code, title)
        .under(links.case(*id))
}

/// Meetings with their number in the case.
fn numbered(rows: &[(CaseRow, Option<Channel>)], links: &Links) -> Vec<Fact> {
    let mut counts: HashMap<CaseId, i32> = HashMap::new();
    let fact = |(row, channel): &(CaseRow, Option<Channel>)| {
        let part = counts.entry(row.0).or_default();
        *part += 1;
        let mut fact = case(FactKind::Meeting, row, links);
        fact.key.part = *part;
        fact.channel = channel.map(|channel| channel.to_string()).unwrap_or(fact.channel);
        EXCHANGE.clone_into(&mut fact.activity_kind);
        fact
    };
    rows.iter().map(fact).collect()
}

/// The headings of a contract; without a project, what it does follows from its type.
fn contract_headings(
    id: ContractId,
    case_id: Option<CaseId>,
    contract_type: Option<&str>,
    links: &Links,
) -> Headings {
    let mut headings = links.contract(id, case_id);
    if headings.activity_kind.is_empty() {
        let development = contract_type == Some("development");
        headings.activity_kind = if development { RESEARCH } else { TRANSFER }.to_owned();
    }
    headings
}

fn contract(row: &Contract, links: &Links) -> Vec<Fact> {
    let headings = contract_headings(row.id, row.case_id, row.contract_type.as_deref(), links);
    let (amount, tech) = (row.amount.unwrap_or_default(), row.tech_amount.unwrap_or_default());
    let fact = |kind, on| {
        Fact::new(kind, row.id.to_string(), on, row.region_code.clone())
            .about(&row.code, &row.project_name)
            .under(headings.clone())
    };
    let signed = row.signed_on.map(|on| fact(FactKind::Contract, on).worth(amount, tech));
    let registered = row.registered_on.map(|on| fact(FactKind::Registration, on).worth(tech, 0));
    signed.into_iter().chain(registered).collect()
}

fn payment(row: &PaymentRow, links: &Links) -> Fact {
    let (id, case_id) = (row.contract_id, row.case_id);
    let headings = contract_headings(id, case_id, row.contract_type.as_deref(), links);
    let mut fact =
        Fact::new(FactKind::Payment, id.to_string(), row.paid_on, row.region_code.clone())
            .about(&row.code, &row.title)
            .under(headings)
            .worth(row.paid, 0);
    fact.key = FactKey { part: row.part, ..fact.key };
    fact
}

fn project(row: &Project) -> Vec<Fact> {
    let fields = &row.doc.0;
    let region = fields.town_codes.first().cloned().unwrap_or_default();
    let headings = Headings {
        programme: row.programme.clone(),
        channel: row.channel.clone(),
        activity_kind: row.activity_kind.clone(),
    };
    let fact = |kind, on| {
        Fact::new(kind, row.id.to_string(), on, region.clone())
            .about(&row.code, &row.title)
            .under(headings.clone())
    };
    let begun = row
        .starts_on
        .map(|on| fact(FactKind::Project, on).worth(row.funds_planned, row.funds_paid));
    let closed = row.closed_on.filter(|_| row.status == ProjectStatus::Closed).map(|on| {
        let value: i64 = fields.outputs.iter().filter_map(|one| one.amount).map(|one| one.0).sum();
        fact(FactKind::Closing, on).worth(value, 0)
    });
    begun.into_iter().chain(closed).collect()
}
