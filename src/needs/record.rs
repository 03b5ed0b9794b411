//! A need as a [reviewed record](crate::records::reviewed).

use chrono::NaiveDate;

use super::life::NeedStatus;
use super::model::{Need, NeedFields, NeedId, NeedView};
use super::{document, rules};
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::config::Config;
use crate::db::{Db, Timestamp};
use crate::disclosure::DisclosureLevel;
use crate::disclosure::persons::Persons;
use crate::error::Result;
use crate::organizations::model::Organization;
use crate::records::likeness::model::Wording;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;
use crate::records::reviewed::{self, Actions, Head, HeadMut, Reviewed, ReviewedId, Shown};
use crate::records::rules::Stage;
use crate::records::traced::{Insight, State, Traced};
use crate::reference::Reference;

impl ReviewedId for NeedId {
    type Record = Need;

    fn fresh() -> Self {
        Self::new()
    }
}

impl Traced for Need {
    const KIND: RecordKind = RecordKind::Need;

    type Id = NeedId;

    fn state(&self) -> Result<State> {
        State::of(self.id, self.version, self.status, &self.doc.0)
    }

    fn insight(db: &mut Db, caller: &Caller, id: &NeedId) -> Result<Insight> {
        Ok(reviewed::find(db, caller, *id)?.insight)
    }
}

impl Reviewed for Need {
    type Fields = NeedFields;
    type View = NeedView;

    const ACTIONS: Actions = Actions {
        create: "need.create",
        update: "need.update",
        step: "need.step",
        verify: "need.verify",
        expire: "need.expire",
        delete: "need.delete",
        import: "need.import",
    };
    const VALID_YEARS: u32 = rules::VALID_YEARS;
    const DETAIL: &'static str = "problem";

    fn blank(id: NeedId, org_id: OrgId, now: Timestamp, author: Option<UserId>) -> Self {
        Self::blank(id, org_id, now, author)
    }

    fn id(&self) -> NeedId {
        self.id
    }

    fn head(&self) -> Head<'_, NeedStatus> {
        Head {
            org_id: self.org_id,
            region_code: &self.region_code,
            status: self.status,
            confidentiality: self.confidentiality,
            valid_until: self.valid_until,
            version: self.version,
            updated_at: self.updated_at,
            source_ref: self.source_ref.as_deref(),
            code: &self.code,
            created_by: self.created_by,
        }
    }

    fn head_mut(&mut self) -> HeadMut<'_, NeedStatus> {
        HeadMut {
            status: &mut self.status,
            valid_until: &mut self.valid_until,
            valid_until_field: &mut self.doc.0.valid_until,
            published_at: &mut self.published_at,
            last_verified_at: &mut self.last_verified_at,
            version: &mut self.version,
            updated_at: &mut self.updated_at,
            updated_by: &mut self.updated_by,
            source: &mut self.source,
            source_ref: &mut self.source_ref,
        }
    }

    fn fields(&self) -> &NeedFields {
        &self.doc.0
    }

    fn stated_level(&self) -> Option<DisclosureLevel> {
        self.doc.0.confidentiality
    }

    fn place(&mut self, fields: NeedFields, org: &Organization) {
        self.set_fields(fields, &org.region_code, org.town_code.as_deref());
    }

    fn wording(fields: &NeedFields) -> Wording<'_> {
        Wording {
            title: fields.title.as_deref().unwrap_or_default(),
            card: fields.public_summary.as_deref().unwrap_or_default(),
            detail: fields.problem.as_deref().unwrap_or_default(),
        }
    }

    fn duplicate_of(&self) -> Option<NeedId> {
        self.duplicate_of
    }

    fn set_duplicate_of(&mut self, original: Option<NeedId>) {
        self.duplicate_of = original;
    }

    fn present(&self, shown: Shown<Self>) -> NeedView {
        NeedView {
            id: self.id,
            code: self.code.clone(),
            status: self.status,
            version: self.version,
            org: shown.org,
            region_code: self.region_code.clone(),
            region_name: shown.region_name,
            fields: shown.fields,
            withheld: shown.withheld,
            steps: shown.steps,
            duplicate_of: self.duplicate_of.filter(|original| {
                shown.possible_duplicates.iter().any(|it| it.id == original.to_string())
            }),
            possible_duplicates: shown.possible_duplicates,
            published_at: self.published_at,
            last_verified_at: self.last_verified_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }

    fn valid_days(config: &Config) -> u32 {
        config.records.need_valid_days
    }

    fn check(&self, stage: Stage, reference: &Reference) -> Result<()> {
        rules::check(&self.doc.0, self.town_code.as_deref(), stage, reference)
    }

    fn check_on(
        &self,
        stage: Stage,
        reference: &Reference,
        today: NaiveDate,
        before: Option<&NeedFields>,
    ) -> Result<()> {
        let town = self.town_code.as_deref();
        rules::check_on(&self.doc.0, town, stage, reference, today, before)
    }

    fn document(
        &self,
        owner: &OwnerView,
        _: &Persons,
        reference: &Reference,
    ) -> Result<search_index::Document> {
        Ok(document::document(self, owner, reference))
    }
}
