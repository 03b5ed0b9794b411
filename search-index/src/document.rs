//! What the index is fed: one flat document for each record that can be found.
//!
//! The crate knows nothing of the records themselves. Whoever calls it decides which text belongs
//! to which tier of clearance; the index only promises that a tier is never searched, counted or
//! scored for somebody who may not read it.

use serde::{Deserialize, Serialize};

/// Number of text tiers of a document, from public to full clearance.
pub const TIERS: usize = 4;

/// What sort of record a document stands for.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A technical need of a firm.
    #[default]
    Need,
    /// Anything on offer: achievements, experts, teams, instruments, services.
    Capability,
    /// An organisation.
    Organization,
    /// A specialised town.
    Town,
}

impl Kind {
    /// Every kind, in the order of the enumeration.
    pub const ALL: [Kind; 4] = [Kind::Need, Kind::Capability, Kind::Organization, Kind::Town];

    /// The word stored in the index and used in filters and facets.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Need => "need",
            Kind::Capability => "capability",
            Kind::Organization => "organization",
            Kind::Town => "town",
        }
    }

    /// The kind that [`Kind::as_str`] writes as `word`.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One record as the index sees it.
///
/// Money is in 分, times are seconds since 1970 (UTC). Lists may be empty and options `None`:
/// silence is kept as silence and never read as a refusal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Unique over all kinds.
    pub id: String,
    /// What sort of record this is.
    pub kind: Kind,
    /// Finer sort within the kind, such as `expert` or `instrument`.
    pub subkind: String,
    /// Title; it is part of tier 0 and is indexed with it.
    pub title: String,
    /// Text by the clearance needed to search it: 0 public, 1 members, 2 broker, 3 full (owner,
    /// reviewer of the region, administrator). A passage belongs in one tier only.
    pub texts: [String; TIERS],
    /// Published and not expired. Otherwise only owner, reviewers of the region and administrators
    /// find it.
    pub open: bool,
    /// Clearance needed to find an open document at all: 0 everybody, 1 members, 2 brokers. Text of
    /// a lower tier, the title included, is searched in this tier.
    pub open_from: u8,
    /// Organisation that owns the record.
    pub owner_org_id: Option<String>,
    /// Tier of clearance from which it is known who owns the record: below it the owner and its sort
    /// are neither filtered nor counted nor matched by.
    pub owner_tier: usize,
    /// Name of the group of documents that say the same, the same in all of them; none for a document
    /// that has no like.
    pub group: Option<String>,
    /// Sort of that organisation, such as `university`.
    pub org_type: String,
    /// Administrative division, national code of any level.
    pub region_code: String,
    /// 珠三角, 粤东, 粤西 or 粤北.
    pub region_group: String,
    /// Industries, GB/T 4754 codes of any level (`C`, `C38`, `C385`, `C3854`, or without letter).
    pub industry_codes: Vec<String>,
    /// Technical field.
    pub tech_field: Option<String>,
    /// International patent classes.
    pub ipc: Vec<String>,
    /// Technology readiness level now, 1 to 9.
    pub trl: Option<u8>,
    /// Readiness level wanted (needs).
    pub target_trl: Option<u8>,
    /// Modes of cooperation offered or wanted.
    pub cooperation_modes: Vec<String>,
    /// State of the record, for filters and facets.
    pub status: String,
    /// Least budget of a need.
    pub budget_min: Option<i64>,
    /// Greatest budget of a need.
    pub budget_max: Option<i64>,
    /// The budget of a need is open to negotiation, so no offer is too dear for it.
    pub budget_negotiable: bool,
    /// Least budget a capability is available for.
    pub min_budget: Option<i64>,
    /// Regions this side would like its partner to be in.
    pub preferred_regions: Vec<String>,
    /// Regions this side will not work with.
    pub excluded_regions: Vec<String>,
    /// Sorts of organisation this side would like as a partner.
    pub partner_types: Vec<String>,
    /// How many more projects a capability can take on.
    pub capacity_left: Option<i64>,
    /// When the record was published.
    pub published_at: i64,
    /// When somebody last said that the record still holds.
    pub verified_at: Option<i64>,
    /// When a need has to be solved.
    pub deadline: Option<i64>,
    /// When the record lapses.
    pub valid_until: Option<i64>,
    /// Public phrases to complete what somebody types: keywords, products, short titles. Used only
    /// while the document is open.
    pub suggestions: Vec<String>,
    /// Vectors of its text by models outside, as far as there are any yet.
    pub model_vectors: Vec<ModelVector>,
}

/// What a model outside makes of a document's text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelVector {
    /// The model, by a number that the caller gives it, never 0. Vectors of different models are
    /// never compared.
    pub model: u32,
    /// The vector is of the title and all text up to this tier, and speaks for those alone who may
    /// read that.
    pub tier: u8,
    /// The vector, of any length but zero.
    pub values: Vec<f32>,
}

impl Document {
    /// The text up to each tier at which there is more of it, from the tier that finds the document
    /// on: what models outside make vectors of. Empty unless the document is open.
    pub fn texts_by_tier(&self) -> Vec<(usize, String)> {
        let mut texts = Vec::new();
        if !self.open {
            // Only open documents are matched.
            return texts;
        }
        let lowest = usize::from(self.open_from).min(TIERS - 1);
        let mut body = String::new();
        for (tier, text) in self.texts.iter().enumerate() {
            let text = text.trim();
            if !text.is_empty() {
                body.push_str(text);
                body.push('\n');
            }
            if tier == lowest || (tier > lowest && !text.is_empty()) {
                texts.push((tier, body.clone()));
            }
        }
        texts
    }

    /// A document with nothing but its identity; the rest is filled in by struct update.
    pub fn new(id: impl Into<String>, kind: Kind, title: impl Into<String>) -> Document {
        Document { id: id.into(), kind, title: title.into(), ..Document::default() }
    }
}

/// One change to the index.
#[expect(clippy::large_enum_variant, reason = "nearly every change is an upsert")]
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Put the document in place of whatever has its id.
    Upsert(Document),
    /// Remove the document with this id, if there is one.
    Delete(String),
}

/// Who asks. The default is a visitor who is not signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Sees every document and every tier.
    pub everything: bool,
    /// Tiers of open documents this viewer may search: 0 public, 1 member, 2 broker.
    pub clearance: u8,
    /// Organisations whose documents are the viewer's own: full clearance, open or not.
    pub org_ids: Vec<String>,
    /// Prefixes of region codes the viewer reviews: full clearance there, open or not.
    pub regions: Vec<String>,
}

impl Viewer {
    /// A viewer to whom nothing is hidden: administrators, maintenance, measurement.
    pub fn everything() -> Viewer {
        Viewer { everything: true, clearance: 2, ..Viewer::default() }
    }

    /// Number of tiers, from the lowest, that are open to this viewer in every document found.
    pub(crate) fn tiers(&self) -> usize {
        if self.everything { TIERS } else { usize::from(self.clearance.min(2)) + 1 }
    }
}
