//! Cases, contracts and projects in bulk, made by the use cases, so that every row is there that would be.

use std::time::Instant;

use serde_json::{Value, json};

use super::Made;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::capabilities::model::{Capability, CapabilityId};
use crate::cases::model::CaseId;
use crate::error::{Error, Result};
use crate::needs::model::{Need, NeedId};
use crate::records::reviewed::{self, Rows};
use crate::{cases, contracts, projects};

/// One contract for so many cases, and one project.
const CASES_A_CONTRACT: usize = 3;
const CASES_A_PROJECT: usize = 6;
/// Where the projects are.
const TOWN: &str = "442000105";

/// The two sides of all deals, and who writes them down.
struct Deals<'a> {
    app: &'a App,
    caller: Caller,
    firm: OrgId,
    school: OrgId,
}

/// Makes so many cases between the needs and the capabilities on record, and what comes out of them;
/// returns their ids as well.
///
/// # Errors
/// Those of the use cases; without needs or capabilities there is nothing to bring together.
pub fn fill(app: &App, size: usize, (firm, school): (OrgId, OrgId)) -> Result<(Made, Vec<CaseId>)> {
    let (needs, offers) = (ids::<Need>(app)?, ids::<Capability>(app)?);
    let needs: Vec<NeedId> = needs.iter().filter_map(|id| id.parse().ok()).collect();
    let offers: Vec<CapabilityId> = offers.iter().filter_map(|id| id.parse().ok()).collect();
    if needs.is_empty() || offers.is_empty() {
        return Err(Error::internal("no needs or no capabilities for deals"));
    }
    let started = Instant::now();
    let deals = Deals { app, caller: Caller::system("bench"), firm, school };
    let (mut made, mut all) = (Made::default(), Vec::with_capacity(size));
    for number in 0..size {
        // Each pair comes twice: its first case ends, so that a second may be opened.
        let pair = number / 2;
        let need = needs[pair % needs.len()];
        let offer = offers[(pair / needs.len()) % offers.len()];
        let ends = number.is_multiple_of(2) || pair >= needs.len() * offers.len();
        let case = deals.case(need, offer, ends)?;
        if number.is_multiple_of(CASES_A_CONTRACT) {
            deals.contract(number, case)?;
            made.contracts += 1;
        }
        if number.is_multiple_of(CASES_A_PROJECT) {
            deals.project(number, case)?;
            made.projects += 1;
        }
        all.push(case);
    }
    made.cases = all.len();
    made.seconds = started.elapsed().as_secs_f64();
    Ok((made, all))
}

fn ids<R: reviewed::Reviewed + Rows>(app: &App) -> Result<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let after = all.last().cloned();
        let some = app.db.read(|db| reviewed::ids::<R>(db, after.as_deref(), 1_000))?;
        if some.is_empty() {
            return Ok(all);
        }
        all.extend(some);
    }
}

fn command<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    Ok(serde_json::from_value(value)?)
}

impl Deals<'_> {
    /// A case in which both sides have said yes and have met; that came to nothing if it ends.
    fn case(&self, need: NeedId, offer: CapabilityId, ends: bool) -> Result<CaseId> {
        let (app, caller) = (self.app, &self.caller);
        let pair = command(json!({ "need_id": need, "capability_id": offer }))?;
        let id = cases::ops::open(app, caller, &pair)?.value.id;
        for side in ["need", "provider"] {
            let yes = command(json!({ "side": side, "answer": "accepted" }))?;
            cases::ops::answer(app, caller, id, &yes)?;
        }
        let mut steps =
            vec![json!({ "to": "introduced" }), json!({ "to": "met", "channel": "offline" })];
        if ends {
            steps.push(json!({ "to": "closed_lost", "reason": "budget" }));
        }
        for step in steps {
            cases::ops::take_step(app, caller, id, &command(step)?, &[])?;
        }
        Ok(id)
    }

    fn contract(&self, number: usize, case: CaseId) -> Result<()> {
        let (app, caller, today) = (self.app, &self.caller, self.app.clock.today_in_china());
        let fields = command(json!({
            "project_name": format!("测量用委托开发第{number}号"), "case_id": case,
            "contract_type": "development", "subtype": "development_commissioned",
            "buyer_org_id": self.firm, "seller_org_id": self.school,
            "buyer": { "legal_nature": "enterprise_domestic" },
            "seller": { "legal_nature": "institution_university" },
            "valid_from": today, "valid_to": today, "amount": 50.5, "tech_amount": 40.1234,
            "payment_mode": "instalments",
            "instalments": [
                { "due_on": today, "planned": 20.25 }, { "due_on": "2099-12-01", "planned": 30.25 }
            ],
            "ip_kinds": ["know_how"], "tech_field": "new_energy", "industry_code": "C3872",
            "socio_economic_goal": "10", "plan_source": "none", "est_new_output": 300,
            "broker_person": "测量员",
        }))?;
        let id = contracts::ops::create(app, caller, &fields)?.value.id;
        let step = command(json!({ "to": "signed", "signed_on": today }))?;
        contracts::ops::take_step(app, caller, id, &step)?;
        Ok(())
    }

    fn project(&self, number: usize, case: CaseId) -> Result<()> {
        let (app, caller, today) = (self.app, &self.caller, self.app.clock.today_in_china());
        // Every second one is late from tomorrow on.
        let late = (number / CASES_A_PROJECT).is_multiple_of(2);
        let due_on = if late { json!(today) } else { json!("2099-10-01") };
        let fields = command(json!({
            "title": format!("测量用联合攻关第{number}号"), "case_id": case,
            "programme": "university_town", "channel": "mixed", "activity_kind": "joint_research",
            "town_codes": [TOWN],
            "parties": [
                { "org_id": self.firm, "role": "need" },
                { "org_id": self.school, "role": "provider" },
            ],
            "starts_on": today, "ends_on": "2099-12-31",
            "milestones": [
                { "title": "样件", "due_on": due_on },
            ],
            "funds": [{ "source": "town", "planned": 10 }],
        }))?;
        let id = projects::ops::create(app, caller, &fields)?.value.id;
        projects::ops::take_step(app, caller, id, &command(json!({ "to": "active" }))?)?;
        Ok(())
    }
}
