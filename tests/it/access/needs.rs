//! Needs of our own organisation.

use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::disclosure::DisclosureLevel;
use townbridge::disclosure::model::OpenRecord;
use townbridge::needs::model::NeedId;
use townbridge::records::reviewed::grants;

use super::reviewed::{
    EVERYBODY, READ_HIDDEN, READ_INSIDE, WRITE_HIDDEN, WRITE_OPEN, reviewed_rows,
};
use super::world::{Call, World};
use super::{OTHERS, OWN, OWN_AND_REVIEWERS, REVIEWERS, Row, SIGNED_IN};
use crate::support::NeedBuilder;

reviewed_rows!(
    "need",
    "needs",
    NeedBuilder,
    NeedId,
    { "新需求", "need_kind": "tech_problem" },
    []
);
