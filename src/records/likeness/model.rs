//! The wording of a record, and when two wordings are much alike.

use diesel::prelude::*;
use search_index::Sketch;
use serde::Serialize;

use crate::db::schema::likeness_keys;
use crate::disclosure::Clearance;
use crate::id_type;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;

id_type!(
    /// Id of a record of any kind.
    SubjectId
);

/// From this likeness on a record is taken for a near-duplicate that a person should look at. Below
/// it the pairs of the measured records are different things, mostly of one owner.
pub const SUSPECTED: f32 = 0.6;
/// The same where only titles can be compared: a word in a short title says more.
pub const SUSPECTED_BY_TITLE: f32 = 0.75;
/// From this likeness on two records say the same.
pub const SAME: f32 = 0.9;

/// Records that are compared with one: those that share most keys with it.
pub(super) const MOST_COMPARED: usize = 24;
/// The highest tier: who may read it sees everything.
pub(super) const EVERY_TIER: i32 = 3;

/// What a record says, as far as it counts for likeness.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wording<'a> {
    /// Its title.
    pub title: &'a str,
    /// Text that everybody sees who may know of the record.
    pub card: &'a str,
    /// Text that opens at the record's confidentiality.
    pub detail: &'a str,
}

/// A wording, ready to be compared.
#[derive(Debug, Clone, Default)]
pub struct Drawn {
    title: Sketch,
    card: Sketch,
    detail: Sketch,
}

/// A key of a record as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = likeness_keys)]
pub struct LikenessKey {
    /// The key.
    pub likeness_key: i64,
    /// The record.
    pub record_id: SubjectId,
    /// Tier of the wording behind it.
    pub tier: i32,
}

impl Drawn {
    /// Draws a wording.
    pub fn of(wording: Wording<'_>) -> Self {
        Self {
            title: Sketch::of(wording.title),
            card: Sketch::of(wording.card),
            detail: Sketch::of(wording.detail),
        }
    }

    /// The part that everybody may read, of a record whose details are in this tier.
    #[must_use]
    pub fn open_to_all(&self, tier: usize) -> Self {
        let detail = if tier == 0 { self.detail.clone() } else { Sketch::default() };
        Self { detail, ..self.clone() }
    }

    /// How like two wordings are by the parts that both have; and whether more than the title was
    /// compared. Titles that name other figures or model codes mean other things.
    fn likeness(&self, other: &Self) -> Option<(f32, bool)> {
        if self.title.is_empty() || !self.title.same_figures(&other.title) {
            return None;
        }
        let (mut one, mut two) = (self.title.clone(), other.title.clone());
        let mut bodied = false;
        for (mine, theirs) in [(&self.card, &other.card), (&self.detail, &other.detail)] {
            if !mine.is_empty() && !theirs.is_empty() {
                one.join(mine);
                two.join(theirs);
                bodied = true;
            }
        }
        Some((one.likeness(&two), bodied))
    }

    /// How like another record is, if it is like enough to be suspected of saying the same.
    pub fn suspected(&self, other: &Self) -> Option<f32> {
        let (likeness, bodied) = self.likeness(other)?;
        let least = if bodied { SUSPECTED } else { SUSPECTED_BY_TITLE };
        (likeness >= least).then_some(likeness)
    }

    /// How like another record is, if it says the same in the same parts.
    pub fn same(&self, other: &Self) -> Option<f32> {
        let parts = self.card.is_empty() == other.card.is_empty()
            && self.detail.is_empty() == other.detail.is_empty();
        let (likeness, _) = self.likeness(other).filter(|_| parts)?;
        (likeness >= SAME).then_some(likeness)
    }

    /// The keys with the tier of the wording behind them, when details are in this tier.
    pub fn keys(&self, kind: RecordKind, tier: usize) -> Vec<(i64, i32)> {
        let sort = kind.as_str();
        let mut open = self.title.clone();
        open.join(&self.card);
        let mut inner = self.title.clone();
        inner.join(&self.detail);
        let tier = i32::try_from(tier).unwrap_or(i32::MAX);
        let whole = self.title.whole_key(sort).map(|key| (key, 0));
        let open = open.keys(sort).into_iter().map(|key| (key, 0));
        // Without detail these would be keys of the title alone, which the whole key covers.
        let inner = if self.detail.is_empty() { Vec::new() } else { inner.keys(sort) };
        let inner = inner.into_iter().map(|key| (key, tier));
        let mut keys: Vec<(i64, i32)> = whole.into_iter().chain(open).chain(inner).collect();
        // Where a key stands for two wordings, the one open to more people counts.
        keys.sort_unstable();
        keys.dedup_by_key(|(key, _)| *key);
        keys
    }

    /// The keys of all parts, whoever may read them.
    pub fn all_keys(&self, kind: RecordKind) -> Vec<i64> {
        self.keys(kind, usize::MAX).into_iter().map(|(key, _)| key).collect()
    }
}

/// The clearance that a tier needs.
pub fn clearance_of(tier: i32) -> Clearance {
    match tier {
        0 => Clearance::Public,
        1 => Clearance::Member,
        2 => Clearance::Broker,
        _ => Clearance::Full,
    }
}

/// A record that says much the same, as far as the caller may know of it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LikeRecord {
    /// Its kind.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
    /// Readable code.
    pub code: String,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub status: String,
    /// The owning organisation; absent when the caller may not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// How like it is, 0 to 1, by the parts of both that the caller may see.
    pub likeness: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLE: &str = "锁具电镀层耐盐雾工艺改进";
    const BODY: &str = "现有锁具电镀层耐盐雾时间短，需要开发耐盐雾九十六小时以上的环保电镀工艺";

    fn drawn(title: &str, card: &str, detail: &str) -> Drawn {
        Drawn::of(Wording { title, card, detail })
    }

    #[test]
    fn only_parts_that_both_have_are_compared() {
        let full = drawn(TITLE, "", BODY);
        assert_eq!(full.suspected(&drawn(TITLE, "寻求电镀工艺", "")), Some(1.0));
        assert_eq!(full.same(&drawn(TITLE, "", "")), None, "not the same parts");
        assert_eq!(full.same(&full), Some(1.0));
        assert_eq!(
            full.suspected(&drawn(TITLE, "", "玩具外壳注塑件表面光泽不均，需要改进模具")),
            None
        );
        assert_eq!(drawn("", "", BODY).suspected(&drawn("", "", BODY)), None);
    }

    #[test]
    fn other_figures_in_the_title_mean_another_thing() {
        let [one, other] = ["304N不锈钢丝研制", "316L不锈钢丝研制"].map(|t| drawn(t, "", BODY));
        assert_eq!(one.suspected(&other), None);
    }

    #[test]
    fn keys_over_hidden_wording_carry_its_tier() {
        let record = drawn(TITLE, "寻求电镀工艺", BODY);
        let keys = record.keys(RecordKind::Need, 3);
        assert!(keys.iter().any(|(_, tier)| *tier == 3) && keys.iter().any(|(_, tier)| *tier == 0));
        let open: Vec<i64> =
            record.open_to_all(3).keys(RecordKind::Need, 3).iter().map(|k| k.0).collect();
        for (key, tier) in keys {
            assert_eq!(tier == 0, open.contains(&key), "a key of hidden wording is open");
        }
        assert!(record.keys(RecordKind::Need, 0).iter().all(|(_, tier)| *tier == 0));
    }
}
