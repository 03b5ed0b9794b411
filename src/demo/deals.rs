//! Cases of the demonstration, some of which have come to contracts and projects, each with the history that
//! led there: both sides have said yes, and liaison and sides have taken the steps.

use chrono::{NaiveDate, TimeDelta};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::accounts::People;
use super::files::{self, DemoDeal, OrgsByKey};
use super::{faulty, moved, store, unknown_org};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::cases;
use crate::cases::model::CaseId;
use crate::cases::stage::CaseStage;
use crate::contracts;
use crate::error::Result;
use crate::organizations::model::Organization;
use crate::projects;
use crate::records::history::route;

/// What all deals are entered with.
struct Entry<'a> {
    app: &'a App,
    orgs: &'a OrgsByKey,
    people: &'a People,
    moved_by: TimeDelta,
}

/// Writes cases, contracts and projects.
pub(super) fn enter(
    app: &App,
    orgs: &OrgsByKey,
    people: &People,
    moved_by: TimeDelta,
) -> Result<()> {
    let entry = Entry { app, orgs, people, moved_by };
    for (at, deal) in files::deals()?.iter().enumerate() {
        entry.deal(deal).map_err(|error| faulty("deals", at + 1, error))?;
    }
    Ok(())
}

impl Entry<'_> {
    fn org(&self, key: &str) -> Result<&Organization> {
        self.orgs.get(key).ok_or_else(|| unknown_org(key))
    }

    fn deal(&self, deal: &DemoDeal) -> Result<()> {
        let (buyer, seller) = (self.org(&deal.buyer)?, self.org(&deal.seller)?);
        let liaison = self.people.reviewer(&deal.region());
        let mut links = json!({});
        if let (Some(need), Some(capability)) = (&deal.need, &deal.capability) {
            let (need, capability) = self.app.db.read(|db| store::titled(db, need, capability))?;
            links = json!({ "need_id": need, "capability_id": capability });
            let case = self.case(deal, liaison, &links)?;
            if let Some(days) = deal.days_ago {
                let now = self.app.clock.now();
                let past = store::Past { now, days, contact_days: deal.contact_days };
                self.app.db.write(|db| store::move_back(db, need, case, &past))?;
            }
            links["case_id"] = json!(case);
        }
        let Some(fields) = &deal.contract else { return Ok(()) };
        let contract = self.contract((deal, fields), (buyer, seller), liaison, &links)?;
        let Some(project) = &deal.project else { return Ok(()) };
        let parties = json!([
            { "org_id": buyer.id, "role": "need" },
            { "org_id": seller.id, "role": "provider" },
        ]);
        let own = json!({ "parties": parties, "contract_ids": [contract] });
        let fields = self.read(&joined(&[project, &links, &own]))?;
        let author = self.people.author(&deal.buyer);
        let made = projects::ops::create(self.app, author, &fields)?.value;
        for step in &deal.project_steps {
            projects::ops::take_step(self.app, liaison, made.id, &self.read(step)?)?;
        }
        Ok(())
    }

    /// Opens the case, lets both sides say yes and takes it to its stage.
    fn case(&self, deal: &DemoDeal, liaison: &Caller, pair: &Value) -> Result<CaseId> {
        let opened = cases::ops::open(self.app, liaison, &self.read(pair)?)?.value;
        let goal = deal.stage.unwrap_or(CaseStage::Mutual);
        let sides = [("need", &deal.buyer), ("provider", &deal.seller)];
        let asked = if goal == CaseStage::NeedInterested { 1 } else { 2 };
        for (side, key) in sides.into_iter().take(asked) {
            let yes = json!({ "side": side, "answer": "accepted" });
            cases::ops::answer(self.app, self.people.author(key), opened.id, &self.read(&yes)?)?;
        }
        let way = route(CaseStage::Mutual, goal, CaseStage::next);
        for stage in way.into_iter().skip(1).take_while(|_| asked == 2) {
            let mut step = json!({ "to": stage });
            if stage == CaseStage::Met {
                let met = json!({ "channel": "offline", "note": MET, "shared": true });
                step = joined(&[&step, &met]);
            }
            cases::ops::take_step(self.app, liaison, opened.id, &self.read(&step)?, &[])?;
        }
        Ok(opened.id)
    }

    fn contract(
        &self,
        (deal, fields): (&DemoDeal, &Value),
        (buyer, seller): (&Organization, &Organization),
        liaison: &Caller,
        links: &Value,
    ) -> Result<contracts::model::ContractId> {
        let sides = json!({ "buyer_org_id": buyer.id, "seller_org_id": seller.id });
        let fields = self.read(&joined(&[fields, links, &sides]))?;
        let author = self.people.author(&deal.buyer);
        let mut made = contracts::ops::create(self.app, author, &fields)?.value;
        for (at, step) in deal.contract_steps.iter().enumerate() {
            // The seller applies for registration, the liaison records the rest.
            let actor = if at == 1 { self.people.author(&deal.seller) } else { liaison };
            made = contracts::ops::take_step(self.app, actor, made.id, &self.read(step)?)?.value;
        }
        for payment in &deal.payments {
            let payment = self.read(payment)?;
            made =
                contracts::ops::record_payment(self.app, liaison, made.id, made.version, &payment)?
                    .value;
        }
        Ok(made.id)
    }

    /// A part of a line, its days moved with the time that has passed.
    fn read<T: DeserializeOwned>(&self, part: &Value) -> Result<T> {
        let mut part = part.clone();
        shift(&mut part, self.moved_by);
        crate::reading::from_value(part)
    }
}

/// What is noted of a meeting.
const MET: &str = "双方在镇里见面，谈妥分工和进度。";

fn joined(parts: &[&Value]) -> Value {
    let maps = parts.iter().filter_map(|part| part.as_object());
    Value::Object(maps.flatten().map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn shift(value: &mut Value, by: TimeDelta) {
    match value {
        Value::String(text) => {
            if let Some(day) = moved(text.parse::<NaiveDate>().ok(), by) {
                *text = day.to_string();
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| shift(one, by)),
        Value::Object(map) => map.values_mut().for_each(|one| shift(one, by)),
        _ => {}
    }
}
