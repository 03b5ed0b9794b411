//! What an officer asks about deals: through HTTP, and by plain queries of the same rows.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::store;
use crate::accounts::principal::Caller;
use crate::accounts::roles::model::GrantRole;
use crate::app::App;
use crate::benchmark::clients::{self, HttpRequest};
use crate::benchmark::instance::Instance;
use crate::benchmark::intake::{Asker, signed_in};
use crate::benchmark::questions::Sort;
use crate::benchmark::report::{Load, Pair};
use crate::cases::model::CaseId;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::reports::period::Span;

/// The province, whose officer asks: everything lies in it.
const PROVINCE: &str = "44";
/// Cases that are asked for in turn.
const CYCLE: usize = 500;

/// One question.
#[derive(Debug, Clone)]
pub enum Question {
    /// What waits.
    Cockpit,
    /// One case.
    Case(CaseId),
    /// What happened in it.
    Timeline(CaseId),
    /// The report of a year by quarter and programme.
    Report(Span),
    /// The contracts behind a figure of it.
    Records(Span),
}

impl Question {
    /// What it is summed up under.
    pub fn sort(&self) -> Sort {
        match self {
            Self::Cockpit => Sort::Cockpit,
            Self::Case(_) => Sort::Case,
            Self::Timeline(_) => Sort::Timeline,
            Self::Report(_) => Sort::Report,
            Self::Records(_) => Sort::Records,
        }
    }

    fn path(&self) -> String {
        match self {
            Self::Cockpit => "cockpit".to_owned(),
            Self::Case(id) => format!("cases/{id}"),
            Self::Timeline(id) => format!("cases/{id}/entries"),
            Self::Report(span) => {
                format!("reports?period={}&group_by=quarter,programme", span.from.year())
            }
            Self::Records(span) => {
                format!("reports/records?period={}&measure=contracts", span.from.year())
            }
        }
    }
}

/// The questions, each sort as often as any other.
pub fn questions(app: &App, cases: &[CaseId]) -> Vec<Question> {
    let year = Span::year_of(app.clock.today_in_china());
    let of_case = |id: &CaseId| {
        [
            Question::Cockpit,
            Question::Case(*id),
            Question::Timeline(*id),
            Question::Report(year),
            Question::Records(year),
        ]
    };
    cases.iter().step_by(cases.len().div_ceil(CYCLE).max(1)).flat_map(of_case).collect()
}

/// An officer of the province.
///
/// # Errors
/// Database faults.
pub fn officer(app: &App) -> Result<Asker> {
    let role = crate::accounts::principal::Role::Officer;
    let region_code = Some(PROVINCE.to_owned());
    let (token, principal) =
        signed_in(app, "officer@bench.example", GrantRole { role, org_id: None, region_code })?;
    let caller = Caller { principal: Some(principal), ..Caller::anonymous() };
    Ok(Asker { name: "officer", caller, token: Some(token) })
}

/// Asks with a number of clients: the plain way first, through HTTP right after, so that both meet the
/// same machine.
///
/// # Errors
/// The first question that is not answered.
pub fn load(
    (asker, questions): (&Asker, &[Question]),
    (service, database): (&Instance, &str),
    clients: usize,
    seconds: f64,
) -> Result<Load> {
    let plain: Vec<(Sort, &Question)> = questions.iter().map(|one| (one.sort(), one)).collect();
    let connect = || {
        let mut db = Db::connect(database).map_err(Error::internal)?;
        Ok(move |question: &&Question| store::same_rows(&mut db, question))
    };
    let (direct, direct_seconds) = clients::load(&plain, clients, seconds, connect)?;
    let requests = questions
        .iter()
        .map(|one| Ok((one.sort(), HttpRequest::get(service.address, asker, &one.path())?)));
    let requests: Vec<(Sort, HttpRequest)> = requests.collect::<Result<_>>()?;
    let (http, http_seconds) = clients::load(&requests, clients, seconds, clients::connection)?;
    let (http_count, direct_count) = (http.count(), direct.count());
    let direct = direct.summaries();
    let sorts: BTreeMap<Sort, Pair> = http
        .summaries()
        .into_iter()
        .filter_map(|(sort, http)| Some((sort, Pair::new(http, *direct.get(&sort)?))))
        .collect();
    Ok(Load {
        asker: asker.name,
        clients,
        http_per_second: http_count as f64 / http_seconds,
        direct_per_second: direct_count as f64 / direct_seconds,
        sorts,
    })
}
