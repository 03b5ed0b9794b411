//! Subscriptions, and what has been found for them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::UserId;
use crate::db::Timestamp;
use crate::db::schema::{recommendation_optouts, subscription_finds, subscriptions};
use crate::db::types::Json;
use crate::records::model::RecordKind;
use crate::search::cards::Card;
use crate::search::names::CodeName;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a subscription.
    SubscriptionId
);

code_enum!(
    /// What is subscribed to.
    SubscriptionKind {
        /// A saved search.
        Search = "search",
        /// The matches of a record.
        Matches = "matches",
    }
);

code_enum!(
    /// From which grade on a match is told; the words of the match itself.
    Threshold {
        /// Every match.
        Weak = "weak",
        /// Fair and strong ones.
        Fair = "fair",
        /// Strong ones alone.
        Strong = "strong",
    }
);

code_enum!(
    /// How often a person is told of what is new.
    Frequency {
        /// As soon as it is found.
        AtOnce = "at_once",
        /// Once a day.
        Daily = "daily",
        /// Once a week, on Monday.
        Weekly = "weekly",
    }
);

/// Parameters of a search or of matches, as an address carries them.
pub type Parameters = BTreeMap<String, String>;

/// A subscription as stored, without what is noted about its finds: since when one waits, and when its
/// person was told last. Not printable: with its secret anybody can stop it.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subscriptions, treat_none_as_null = true)]
pub struct Subscription {
    /// Id.
    pub id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// What is subscribed to.
    pub kind: SubscriptionKind,
    /// What the person calls it.
    pub name: String,
    /// Parameters of the search, or of the matches.
    pub query: Json<Parameters>,
    /// Kind of the record whose matches they are.
    pub record_kind: Option<RecordKind>,
    /// Id of that record.
    pub record_id: Option<String>,
    /// From which grade on; for matches.
    pub threshold: Option<Threshold>,
    /// How often.
    pub frequency: Frequency,
    /// Whether it is on.
    pub active: bool,
    /// Last change when it was made, changed or switched on: what was written up to then is not new.
    pub since_change: i64,
    /// Part of the address by which it can be stopped without signing in.
    pub off_secret: String,
    /// Number of the version.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Something found for a subscription, as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_finds)]
pub struct Find {
    /// For which subscription.
    pub subscription_id: SubscriptionId,
    /// Kind of the record.
    pub record_kind: RecordKind,
    /// Its id.
    pub record_id: String,
    /// The record that it repeated when it was found, or else itself: of those that say the same one is
    /// told.
    pub group_id: String,
    /// How good the match was.
    pub grade: Option<String>,
    /// When it was found.
    pub found_at: Timestamp,
    /// When the person was told.
    pub told_at: Option<Timestamp>,
}

/// That a person wants nothing recommended.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable)]
#[diesel(table_name = recommendation_optouts)]
pub struct OptOut {
    /// Who.
    pub user_id: UserId,
    /// Since when.
    pub created_at: Timestamp,
}

/// A need or capability whose matches are subscribed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscribedRecord {
    /// `need` or `capability`.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
}

/// A subscription to be made: of a search, or of the matches of a record.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSubscription {
    /// What the caller calls it, 1 to 60 characters.
    pub name: String,
    /// Parameters of `GET /search` by name, or of `GET /needs/{id}/matches` (`kinds`, `region`) where
    /// there is a `record`. Those that only lay out a page (`sort`, `limit`, `after`, `facets`,
    /// `grouped`, `offset`, `min_change`) are left out.
    #[serde(default)]
    pub query: Parameters,
    /// The record whose matches are wanted; without one it is a search.
    #[serde(default)]
    pub record: Option<SubscribedRecord>,
    /// From which grade on matches are told: `weak`, `fair` (the default) or `strong`. A search has
    /// none: it finds a record or does not.
    #[serde(default)]
    pub threshold: Option<Threshold>,
    /// How often the caller is told.
    pub frequency: Frequency,
}

/// What may be changed of a subscription.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionFields {
    /// What the caller calls it.
    pub name: String,
    /// Parameters of the search, or of the matches.
    #[serde(default)]
    pub query: Parameters,
    /// From which grade on matches are told.
    #[serde(default)]
    pub threshold: Option<Threshold>,
    /// How often the caller is told.
    pub frequency: Frequency,
    /// `false` switches it off: nothing is found for it until it is on again.
    pub active: bool,
}

/// A subscription as shown to its person.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SubscriptionView {
    /// Id.
    pub id: SubscriptionId,
    /// What is subscribed to.
    pub kind: SubscriptionKind,
    /// What the person calls it.
    pub name: String,
    /// Parameters of the search, or of the matches.
    pub query: Parameters,
    /// The record whose matches they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<SubscribedRecord>,
    /// Path of the page of the search or the record.
    pub path: String,
    /// From which grade on; for matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// How often.
    pub frequency: Frequency,
    /// Whether it is on.
    pub active: bool,
    /// It is on but rests, because the person wants nothing recommended.
    pub resting: bool,
    /// Number of the version.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Something that its person has been told of.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindView {
    /// What the person may see of the record now, in short.
    pub record: Card,
    /// How good the match was when it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<CodeName>,
    /// When it was found.
    pub found_at: Timestamp,
    /// When the person was told.
    pub told_at: Timestamp,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListSubscriptions {
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Whether things are recommended to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recommendations {
    /// Whether the service may recommend by the caller's records and roles: subscriptions to matches,
    /// and suggestions. What the caller asks for, a search or a match, is not concerned.
    pub personalised: bool,
}
