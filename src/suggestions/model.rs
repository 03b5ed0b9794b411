//! Suggestions as stored and shown.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::OrgId;
use crate::capabilities::model::CapabilityId;
use crate::cases::model::{CaseId, Side};
use crate::db::Timestamp;
use crate::db::schema::suggestions;
use crate::matching::answer::Match;
use crate::needs::model::NeedId;
use crate::search::cards::Card;
use crate::search::names::CodeName;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a suggestion.
    SuggestionId
);

code_enum!(
    /// Why a suggestion is dismissed.
    DismissReason {
        /// It is about something else.
        NotRelevant = "not_relevant",
        /// It does not do what is asked for.
        RequirementNotMet = "requirement_not_met",
        /// The two know each other already.
        KnownAlready = "known_already",
        /// There is no time for it, or nobody to do it.
        NoCapacity = "no_capacity",
        /// Something else.
        Other = "other",
    }
);

/// A suggestion as stored. Scores are in thousandths.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = suggestions)]
pub struct Suggestion {
    /// Id.
    pub id: SuggestionId,
    /// The need.
    pub need_id: NeedId,
    /// What may answer it.
    pub capability_id: CapabilityId,
    /// The firm.
    pub need_org_id: OrgId,
    /// The provider.
    pub provider_org_id: OrgId,
    /// Town of the need.
    pub region_code: String,
    /// Score of the match.
    pub score: i32,
    /// Its grade.
    pub grade: String,
    /// The score from which a pair was suggested.
    pub threshold: i32,
    /// Version of the ranking that found it.
    pub ranking: String,
    /// Version of the dictionary.
    pub dictionary: String,
    /// Whether the match still holds; one that does not is looked at again when one of the two changes.
    pub holds: bool,
    /// Why the firm has dismissed it.
    pub need_dismissed: Option<DismissReason>,
    /// Why the provider has.
    pub provider_dismissed: Option<DismissReason>,
    /// Why the broker has.
    pub broker_dismissed: Option<DismissReason>,
    /// The case that it has become.
    pub case_id: Option<CaseId>,
    /// When it was suggested first.
    pub created_at: Timestamp,
    /// When it was calculated last.
    pub updated_at: Timestamp,
}

impl Suggestion {
    /// Why a side has dismissed it.
    pub fn dismissed(&self, side: Side) -> Option<DismissReason> {
        match side {
            Side::Need => self.need_dismissed,
            Side::Provider => self.provider_dismissed,
            Side::Broker => self.broker_dismissed,
        }
    }
}

/// A suggestion as one caller sees it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SuggestionView {
    /// Id.
    pub id: SuggestionId,
    /// For which side it is shown: `need`, `provider` or `broker`.
    pub side: Side,
    /// The need, in short.
    pub need: Card,
    /// The capability, in short.
    pub capability: Card,
    /// Score of the match as the caller sees it, 0 to 1.
    pub score: f32,
    /// The grade in words.
    pub grade: CodeName,
    /// The reasons in one sentence.
    pub sentence: String,
    /// Why the firm has dismissed it: for the broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need_dismissed: Option<DismissReason>,
    /// Why the provider has dismissed it: for the broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_dismissed: Option<DismissReason>,
    /// When it was suggested first.
    pub created_at: Timestamp,
    /// When it was calculated last.
    pub updated_at: Timestamp,
}

/// A page of suggestions.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Suggestions {
    /// The caller wants nothing recommended, so there are none.
    pub off: bool,
    /// Best first. What the caller may not see now is left out, so that a page may be short.
    pub items: Vec<SuggestionView>,
    /// Pass as `after` to get the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a suggestion was made of, in words (个人信息保护法, article 24).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// Which data it rests on, and which it does not.
    pub data: String,
    /// The rule that made a suggestion of it.
    pub rule: String,
    /// What it decides.
    pub effect: String,
    /// Version of the ranking.
    pub ranking: String,
    /// Version of the dictionary.
    pub dictionary: String,
    /// When it was calculated.
    pub calculated_at: Timestamp,
}

/// A suggestion with its explanation.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SuggestionDetail {
    /// The suggestion.
    #[serde(flatten)]
    pub suggestion: SuggestionView,
    /// The match with its reasons, as the caller sees it now.
    #[serde(rename = "match")]
    pub matched: Match,
    /// What the suggestion was made of.
    pub explanation: Explanation,
}

/// Dismisses a suggestion.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissSuggestion {
    /// Why.
    pub reason: DismissReason,
}

/// Which page of suggestions.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListSuggestions {
    /// Entries on the page, 1 to 20; 20 by default: each is matched anew.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}
