//! A whole run, from files to the report.

use std::path::{Path, PathBuf};

use search_index::{Options, SearchIndex};

use super::clients;
use super::deals::{DealFigures, Made, asking, bulk};
use super::direct::{self, Request};
use super::instance::Instance;
use super::intake::{self, Asker, ImportFigures, Intake};
use super::questions::{Question, Sort, Texts};
use super::report::{Load, Machine, Pair, Report};
use crate::config::Config;
use crate::error::Result;
use crate::import::columns::FileKind;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Files of needs.
    pub needs: Vec<PathBuf>,
    /// Files of capabilities.
    pub capabilities: Vec<PathBuf>,
    /// Numbers of clients.
    pub clients: Vec<usize>,
    /// Whether to ask only when the service has done what follows from the import.
    pub settled: bool,
    /// Seconds of each load.
    pub seconds: f64,
    /// Cases to make and to ask for; none for 0.
    pub deals: usize,
}

/// Where a run has come; told as it goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// This file is being imported.
    Importing(PathBuf),
    /// So many cases are made, with contracts and projects.
    Dealing(usize),
    /// The index is built anew.
    Indexing,
    /// The service is doing what follows from new records.
    Settling,
    /// Questions are asked: by whom, with how many clients.
    Asking(&'static str, usize),
}

/// Measures everything in a directory that is empty and may be thrown away.
///
/// # Errors
/// When a file cannot be imported, the service does not start, or an answer is an error.
pub fn run(config: Config, dir: &Path, plan: &Plan, told: &mut dyn FnMut(Stage)) -> Result<Report> {
    let machine = Machine::here();
    let texts = Texts::read(&plan.needs.iter().chain(&plan.capabilities).collect::<Vec<_>>())?;
    let intake = Intake::open(config, dir)?;
    let imports = imports(&intake, plan, told)?;
    let deals = dealt(&intake, plan, told)?;
    told(Stage::Indexing);
    let index = intake.reindex()?;
    let questions = texts.questions(&intake.needs()?);
    let askers = askers(&intake, &questions)?;
    let copy = SearchIndex::open(&intake.close()?, Options::default())?.index;
    let service = Instance::start(dir)?;
    let settle_seconds = if plan.settled {
        told(Stage::Settling);
        Some(service.settle(&intake::database_url(dir))?)
    } else {
        None
    };
    let mut loads = Vec::new();
    for (asker, requests) in &askers {
        for &clients in &plan.clients {
            told(Stage::Asking(asker.name, clients));
            let asked = Asked { asker, questions: &questions, requests };
            loads.push(asked.load(&copy, &service, clients, plan.seconds)?);
        }
    }
    let deals = deals.map(|deals| deals.figures(&service, dir, plan, told)).transpose()?;
    let rows: usize = imports.iter().map(|import| import.rows).sum();
    let seconds: f64 = imports.iter().map(|import| import.seconds).sum();
    Ok(Report {
        machine,
        imports,
        rows_per_second: rows as f64 / seconds,
        index,
        start_seconds: service.start_seconds,
        settle_seconds,
        memory: service.memory(),
        loads,
        deals,
    })
}

/// Deals that were made, who asks for them, and what.
struct Dealt {
    made: Made,
    officer: Asker,
    questions: Vec<asking::Question>,
}

fn dealt(intake: &Intake, plan: &Plan, told: &mut dyn FnMut(Stage)) -> Result<Option<Dealt>> {
    if plan.deals == 0 {
        return Ok(None);
    }
    told(Stage::Dealing(plan.deals));
    let (made, cases) = bulk::fill(intake.app(), plan.deals, intake.sides()?)?;
    let officer = asking::officer(intake.app())?;
    let questions = asking::questions(intake.app(), &cases);
    Ok(Some(Dealt { made, officer, questions }))
}

impl Dealt {
    fn figures(
        self,
        service: &Instance,
        dir: &Path,
        plan: &Plan,
        told: &mut dyn FnMut(Stage),
    ) -> Result<DealFigures> {
        let database = intake::database_url(dir);
        let mut loads = Vec::new();
        for &clients in &plan.clients {
            told(Stage::Asking(self.officer.name, clients));
            let asked = (&self.officer, self.questions.as_slice());
            loads.push(asking::load(asked, (service, &database), clients, plan.seconds)?);
        }
        Ok(DealFigures { made: self.made, loads })
    }
}

fn imports(
    intake: &Intake,
    plan: &Plan,
    told: &mut dyn FnMut(Stage),
) -> Result<Vec<ImportFigures>> {
    let needs = plan.needs.iter().map(|file| (FileKind::Needs, file));
    let capabilities = plan.capabilities.iter().map(|file| (FileKind::Capabilities, file));
    needs
        .chain(capabilities)
        .map(|(kind, file)| {
            told(Stage::Importing(file.clone()));
            intake.import(kind, file)
        })
        .collect()
}

type Prepared = (Asker, Vec<(Sort, Request)>);

fn askers(intake: &Intake, questions: &[(Sort, Question)]) -> Result<Vec<Prepared>> {
    let askers = intake.askers()?.into_iter();
    let prepared = askers.map(|asker| {
        let requests = direct::requests(intake.app(), &asker, questions)?;
        Ok((asker, requests))
    });
    prepared.collect()
}

/// The questions of one asker, both ways.
struct Asked<'a> {
    asker: &'a Asker,
    questions: &'a [(Sort, Question)],
    requests: &'a [(Sort, Request)],
}

impl Asked<'_> {
    /// Straight on the index first, through HTTP right after, so that both meet the same machine.
    fn load(
        &self,
        index: &SearchIndex,
        service: &Instance,
        clients: usize,
        seconds: f64,
    ) -> Result<Load> {
        let ask = || Ok(|request: &Request| direct::ask(index, request));
        let (direct, direct_seconds) = clients::load(self.requests, clients, seconds, ask)?;
        let requests = clients::requests(service.address, self.asker, self.questions)?;
        let connect = || clients::connection();
        let (http, http_seconds) = clients::load(&requests, clients, seconds, connect)?;
        let (http_count, direct_count) = (http.count(), direct.count());
        let direct = direct.summaries();
        let sorts = http.summaries().into_iter().filter_map(|(sort, http)| {
            // A sort that one of the ways never came to cannot be compared.
            Some((sort, Pair::new(http, *direct.get(&sort)?)))
        });
        Ok(Load {
            asker: self.asker.name,
            clients,
            http_per_second: http_count as f64 / http_seconds,
            direct_per_second: direct_count as f64 / direct_seconds,
            sorts: sorts.collect(),
        })
    }
}
