//! What waits for review, as reviewers see it.

use crate::db::Timestamp;
use crate::records::model::RecordKind;

/// The kinds of records that wait for a reviewer.
pub const KINDS: [RecordKind; 3] =
    [RecordKind::Organization, RecordKind::Need, RecordKind::Capability];

/// A record that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its kind.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
    /// Number of the version that is shown.
    pub version: i32,
    /// Title or name.
    pub title: String,
    /// The owning organisation; the credit code of one that waits itself.
    pub owner: String,
    /// Name of the region that reviews it.
    pub region_name: String,
    /// What it is within its kind: code of `need_kind`, `asset_kind` or `org_type`.
    pub sort: Option<String>,
    /// What it says of itself.
    pub summary: Option<String>,
    /// Whether it may repeat a record that is there.
    pub repeats: bool,
    /// Since when it waits.
    pub since: Timestamp,
    /// For how many working days.
    pub days: i64,
}

impl Waiting {
    /// The table that names what it is within its kind.
    pub fn sorts(&self) -> &'static str {
        match self.kind {
            RecordKind::Need => "need_kind",
            RecordKind::Capability => "asset_kind",
            _ => "org_type",
        }
    }
}

/// How many wait, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Organisations.
    pub organizations: i64,
    /// Needs.
    pub needs: i64,
    /// Capabilities.
    pub capabilities: i64,
}

impl Counts {
    /// All of them.
    pub fn total(&self) -> i64 {
        self.organizations + self.needs + self.capabilities
    }

    /// Those of a kind; all without one.
    pub fn of(&self, kind: Option<RecordKind>) -> i64 {
        match kind {
            None => self.total(),
            Some(RecordKind::Need) => self.needs,
            Some(RecordKind::Capability) => self.capabilities,
            Some(RecordKind::Organization) => self.organizations,
            Some(_) => 0,
        }
    }
}

/// What waits for a reviewer, those first that have waited longest.
#[derive(Debug, Clone)]
pub struct Queue {
    /// How many there are, whatever is shown of them.
    pub counts: Counts,
    /// Those of the page.
    pub items: Vec<Waiting>,
    /// Pass as `after` to get what follows.
    pub next: Option<String>,
}

/// Which part of the queue to show.
#[derive(Debug, Clone, Default)]
pub struct ShowQueue {
    /// Only of this kind.
    pub kind: Option<RecordKind>,
    /// Entries on the page.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// What a reviewer has decided about a record that waits.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Kind of the record.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
    /// The version that was looked at.
    pub version: i32,
    /// Whether it is published or verified; otherwise it goes back.
    pub approved: bool,
    /// Why it goes back.
    pub comment: Option<String>,
}
