//! What is sent about cases.

use chrono::NaiveDate;
use serde::Deserialize;

use super::model::{Answer, Channel, LostReason, Side};
use super::stage::CaseStage;
use crate::accounts::principal::UserId;
use crate::capabilities::model::CapabilityId;
use crate::error::Message;
use crate::needs::model::NeedId;
use crate::validation::Checker;

/// Longest note, in characters.
const LONGEST_NOTE: usize = 2_000;
/// Longest description of what is to be done next, in characters.
const LONGEST_ACTION: usize = 200;

/// What goes with every entry: how they spoke, what happened, what comes next.
#[derive(Debug, Clone, Default)]
pub struct Remark {
    /// How they met or spoke.
    pub channel: Option<Channel>,
    /// What happened.
    pub note: Option<String>,
    /// Whether the note is for both sides.
    pub shared: bool,
    /// What is to be done next.
    pub next_action: Option<String>,
    /// By when.
    pub due_on: Option<NaiveDate>,
}

impl Remark {
    /// Names what is wrong with it; next action and due date are the broker's.
    pub fn check(&self, checker: &mut Checker, broker: bool) {
        checker.length("/note", self.note.as_deref(), 1, LONGEST_NOTE);
        checker.line("/next_action", self.next_action.as_deref(), 1, LONGEST_ACTION);
        for (pointer, given) in
            [("/next_action", self.next_action.is_some()), ("/due_on", self.due_on.is_some())]
        {
            checker.ensure(broker || !given, pointer, Message::new("field.brokers_only"));
        }
    }

    /// Whether it says nothing of what happened.
    pub fn is_silent(&self) -> bool {
        self.note.as_deref().is_none_or(|note| note.trim().is_empty())
    }
}

/// Writes a command that has a [`Remark`] beside its own fields. Flattening the fields in would let
/// unknown ones pass.
macro_rules! with_remark {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
            /// How they met or spoke: `online` or `offline`.
            #[serde(default)]
            pub channel: Option<Channel>,
            /// What happened; up to 2,000 characters.
            #[serde(default)]
            pub note: Option<String>,
            /// Whether the note is for both sides. Otherwise it is for one's own side and the broker.
            #[serde(default)]
            pub shared: bool,
            /// What is to be done next: for brokers; up to 200 characters.
            #[serde(default)]
            pub next_action: Option<String>,
            /// By when, a day in China: for brokers.
            #[serde(default)]
            pub due_on: Option<NaiveDate>,
        }

        impl $name {
            /// What goes with the entry.
            pub fn remark(&self) -> Remark {
                Remark {
                    channel: self.channel,
                    note: self.note.clone(),
                    shared: self.shared,
                    next_action: self.next_action.clone(),
                    due_on: self.due_on,
                }
            }
        }
    };
}

with_remark!(
    /// Opens a case, or joins one that is open for the pair.
    OpenCase {
        /// The need.
        need_id: NeedId,
        /// What may answer it.
        capability_id: CapabilityId,
        /// Whether the broker takes up a suggestion of the service.
        #[serde(default)]
        suggested: bool,
    }
);

with_remark!(
    /// What a side says to a case.
    AnswerCase {
        /// `accepted` or `declined`.
        answer: Answer,
        /// For which side: needed for who could speak for both, and for the broker.
        #[serde(default)]
        side: Option<Side>,
        /// Why, when it is declined.
        #[serde(default)]
        reason: Option<LostReason>,
    }
);

with_remark!(
    /// A step to take.
    TakeCaseStep {
        /// The stage to go to.
        to: CaseStage,
        /// Why, when the case is given up.
        #[serde(default)]
        reason: Option<LostReason>,
    }
);

with_remark!(
    /// A note that leaves the case where it stands.
    AddCaseNote {}
);

/// The liaison who is to broker a case.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignCase {
    /// The person; a liaison of the case's town.
    pub liaison_id: UserId,
}
