//! What a caller sees of a record in short, the same shape for every kind, and the texts that may
//! be marked and quoted to that caller. Everything is made from redacted fields.

mod alike;
mod capability;
mod need;
mod organization;
mod town;

use std::collections::HashMap;

use chrono::NaiveDate;
use search_index::Kind;
use serde::Serialize;

pub use alike::{Alike, LikeCard};

use super::names::{CodeName, Names};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::CapabilityFields;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::money::Money;
use crate::needs::model::NeedFields;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;

/// A record in short, as far as the caller may see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Card {
    /// Kind of record.
    pub kind: RecordKind,
    /// Id; for towns their code.
    pub id: String,
    /// Readable code.
    pub code: String,
    /// Finer sort within the kind.
    pub subkind: CodeName,
    /// Where it stands.
    pub status: CodeName,
    /// Title or name.
    pub title: String,
    /// What it is about, in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The owning organisation; absent when the caller may not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// Region.
    pub region: CodeName,
    /// Industries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub industries: Vec<CodeName>,
    /// Technical field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tech_field: Option<CodeName>,
    /// Keywords; main products of an organisation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Modes of cooperation wanted or offered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cooperation_modes: Vec<CodeName>,
    /// Technology readiness level now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trl: Option<u8>,
    /// Technology readiness level wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_trl: Option<u8>,
    /// Lower end of a need's budget in 万元.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_min: Option<Money>,
    /// Upper end of a need's budget in 万元.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_max: Option<Money>,
    /// Whether a need's budget is open to negotiation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_negotiable: Option<bool>,
    /// Least budget a capability is available for, in 万元.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_budget: Option<Money>,
    /// When a need has to be solved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<NaiveDate>,
    /// Until when it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// When it was first published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// When it was last confirmed to be still true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_verified_at: Option<Timestamp>,
    /// Names of fields that hold something the caller may not see.
    pub withheld: Vec<String>,
}

impl Card {
    /// A card with nothing but its identity; the rest is filled in by struct update.
    fn new(kind: RecordKind, id: String, title: String) -> Self {
        let nothing = || CodeName { code: String::new(), name: String::new() };
        Self {
            kind,
            id,
            code: String::new(),
            subkind: nothing(),
            status: nothing(),
            title,
            summary: None,
            org: None,
            region: nothing(),
            industries: Vec::new(),
            tech_field: None,
            keywords: Vec::new(),
            cooperation_modes: Vec::new(),
            trl: None,
            target_trl: None,
            budget_min: None,
            budget_max: None,
            budget_negotiable: None,
            min_budget: None,
            deadline: None,
            valid_until: None,
            published_at: None,
            last_verified_at: None,
            withheld: Vec::new(),
        }
    }
}

/// The fields of a record that takes part in matching, as one caller sees them.
#[derive(Clone, PartialEq)]
pub enum Fields {
    /// Of a need.
    Need(Box<NeedFields>),
    /// Of a capability.
    Capability(Box<CapabilityFields>),
    /// Of a record that is not matched.
    None,
}

/// A record as one caller sees it.
pub struct Seen {
    /// In short.
    pub card: Card,
    /// Texts the caller may read, by field, without the title.
    pub texts: Vec<(&'static str, String)>,
    /// Fields the caller may read.
    pub fields: Fields,
}

/// The records of these ids that the caller may know of, by id.
///
/// # Errors
/// Database faults.
pub fn load(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    wanted: &[(Kind, &str)],
) -> Result<HashMap<String, Seen>> {
    let ids = |kind: Kind| -> Vec<&str> {
        wanted.iter().filter(|(one, _)| *one == kind).map(|(_, id)| *id).collect()
    };
    let names = Names::new(app, caller.language);
    let mut all = need::load(db, caller, names, &ids(Kind::Need))?;
    all.extend(capability::load(db, caller, names, &ids(Kind::Capability))?);
    all.extend(organization::load(app, db, caller, &ids(Kind::Organization))?);
    all.extend(town::load(db, names, &ids(Kind::Town))?);
    Ok(all.into_iter().map(|seen| (seen.card.id.clone(), seen)).collect())
}

/// Ids that parse; others cannot be in the database.
fn parsed<I: std::str::FromStr>(ids: &[&str]) -> Vec<I> {
    ids.iter().filter_map(|id| id.parse().ok()).collect()
}
