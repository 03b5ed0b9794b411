//! Records that say the same as one that stands for them in a list.

use search_index::MAX_ALIKE;
use serde::Serialize;

use super::Card;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;

/// The others of a group, as far as the caller may know of them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Alike {
    /// How many there are.
    pub count: usize,
    /// The best of them, at most 10.
    pub records: Vec<LikeCard>,
}

/// One of them: enough to tell it from the others.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LikeCard {
    /// Kind of record.
    pub kind: RecordKind,
    /// Id.
    pub id: String,
    /// Readable code.
    pub code: String,
    /// Title.
    pub title: String,
    /// The owning organisation; absent when the caller may not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
}

impl Alike {
    /// Those named, and how many there are besides; nothing when there is none.
    pub fn of<'a>(cards: impl Iterator<Item = &'a Card>, besides: usize) -> Option<Self> {
        let mut records: Vec<LikeCard> = cards.map(LikeCard::of).collect();
        let count = records.len() + besides;
        records.truncate(MAX_ALIKE);
        (count > 0).then_some(Self { count, records })
    }

    /// How many are not named.
    pub fn unnamed(&self) -> usize {
        self.count - self.records.len()
    }
}

impl LikeCard {
    fn of(card: &Card) -> Self {
        Self {
            kind: card.kind,
            id: card.id.clone(),
            code: card.code.clone(),
            title: card.title.clone(),
            org: card.org.clone(),
        }
    }
}
