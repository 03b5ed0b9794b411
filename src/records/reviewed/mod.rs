//! Records that an organisation writes, a reviewer publishes and time lets expire: needs and
//! capabilities. A domain says what its records are like ([`Reviewed`]) and how their rows are
//! read and written ([`Rows`]); their use cases are here, once.

mod expiry;
pub mod grants;
mod listing;
mod moving;
mod reading;
mod removal;
mod steps;
mod writing;

use std::collections::HashMap;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::freshness::model::Doubt;
use super::life::ReviewedLife;
use super::likeness::model::{LikeRecord, Wording};
use super::rules::Stage;
use super::scope::{Reach, Standing};
use super::traced::{Insight, Traced};
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::config::Config;
use crate::db::{Db, Timestamp};
use crate::disclosure::persons::Persons;
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::Result;
use crate::organizations::model::Organization;
use crate::records::parts::OwnerView;
use crate::reference::Reference;

pub use expiry::expire;
pub use listing::{Asked, Filter, Listing, OwnerKnown, list};
pub use moving::move_along;
pub use reading::{documents, find, find_many, ids, show, view};
pub(in crate::records) use reading::{seen_again, workable};
pub use removal::delete;
pub use steps::{StepTo, follow, publish, take_step};
pub use writing::{check_author, create, enter_past, insert_many, known_refs, save, update};

/// The id of a reviewed record, from which its kind follows.
pub trait ReviewedId:
    Copy + Ord + std::fmt::Display + FromStr + DeserializeOwned + Send + 'static
{
    /// The record.
    type Record: Reviewed<Id = Self>;

    /// A new id.
    fn fresh() -> Self;
}

/// What is written into the audit log.
#[derive(Debug, Clone, Copy)]
pub struct Actions {
    /// A draft was created.
    pub create: &'static str,
    /// Fields were changed.
    pub update: &'static str,
    /// A step was taken.
    pub step: &'static str,
    /// It was confirmed.
    pub verify: &'static str,
    /// Time was up.
    pub expire: &'static str,
    /// A draft was deleted.
    pub delete: &'static str,
    /// It came from a file.
    pub import: &'static str,
}

/// The columns that decide who may do what with a record.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a, S> {
    /// The owning organisation.
    pub org_id: OrgId,
    /// Region that reviews it.
    pub region_code: &'a str,
    /// Where it stands.
    pub status: S,
    /// 保密级别
    pub confidentiality: DisclosureLevel,
    /// End of validity.
    pub valid_until: Option<NaiveDate>,
    /// Number of the version.
    pub version: i32,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// Id at the source.
    pub source_ref: Option<&'a str>,
    /// Readable code.
    pub code: &'a str,
    /// Who created it.
    pub created_by: Option<UserId>,
}

impl<S> Head<'_, S> {
    /// What the caller is to the record.
    pub fn standing(&self, caller: &Caller) -> Standing {
        Standing::of(caller, self.org_id, self.region_code)
    }
}

/// The columns that the use cases write, beside the fields.
#[derive(Debug)]
pub struct HeadMut<'a, S> {
    /// Where it stands.
    pub status: &'a mut S,
    /// End of validity.
    pub valid_until: &'a mut Option<NaiveDate>,
    /// The same among the fields.
    pub valid_until_field: &'a mut Option<NaiveDate>,
    /// When it was first published.
    pub published_at: &'a mut Option<Timestamp>,
    /// When it was last confirmed.
    pub last_verified_at: &'a mut Option<Timestamp>,
    /// Number of the version.
    pub version: &'a mut i32,
    /// When it was changed last.
    pub updated_at: &'a mut Timestamp,
    /// Who changed it last.
    pub updated_by: &'a mut Option<UserId>,
    /// Where it comes from.
    pub source: &'a mut String,
    /// Id at the source.
    pub source_ref: &'a mut Option<String>,
}

/// A row with its owner and what the caller sees of it.
#[derive(Debug)]
pub struct Seen<R> {
    /// The row, unredacted.
    pub row: R,
    /// The owning organisation.
    pub owner: OwnerView,
    /// What the caller sees.
    pub insight: Insight,
}

/// What a caller is shown of a record beside its plain columns.
#[derive(Debug)]
pub struct Shown<R: Reviewed> {
    /// The owning organisation, when the caller may know it.
    pub org: Option<OwnerView>,
    /// Readable name of the region.
    pub region_name: String,
    /// The fields the caller may see.
    pub fields: R::Fields,
    /// Names of fields that hold something the caller may not see.
    pub withheld: Vec<String>,
    /// Steps that the caller may take now.
    pub steps: Vec<R::Status>,
    /// Records that say much the same; only where the caller is told of them.
    pub possible_duplicates: Vec<LikeRecord>,
}

/// What has become of the fields of an organisation's record.
#[derive(Debug)]
pub struct Rewrite<'a, F> {
    /// The owning organisation.
    pub org_id: OrgId,
    /// Fields before; none for a new record.
    pub before: Option<&'a F>,
    /// Fields after; none for a deleted record.
    pub after: Option<&'a F>,
}

/// The queries of a kind of record; its store.
pub trait Rows: Sized {
    /// Its id.
    type Key: Copy;
    /// Its states.
    type Status: ReviewedLife;

    /// A record by id, whoever asks.
    ///
    /// # Errors
    /// Database faults.
    fn find_row(db: &mut Db, id: Self::Key) -> Result<Option<Self>>;

    /// Records by id, whoever asks, in no order.
    ///
    /// # Errors
    /// Database faults.
    fn find_rows(db: &mut Db, ids: &[Self::Key]) -> Result<Vec<Self>>;

    /// Ids after one, in order.
    ///
    /// # Errors
    /// Database faults.
    fn row_ids(db: &mut Db, after: Option<Self::Key>, limit: i64) -> Result<Vec<Self::Key>>;

    /// A page of those the reach goes to, last changed first.
    ///
    /// # Errors
    /// Database faults.
    fn page(
        db: &mut Db,
        reach: &Reach,
        filter: &Filter<Self::Status, Self::Key>,
        before: Option<(Timestamp, Self::Key)>,
        limit: i64,
    ) -> Result<Vec<Self>>;

    /// Those whose validity has ended before a day.
    ///
    /// # Errors
    /// Database faults.
    fn expired_rows(db: &mut Db, today: NaiveDate, limit: i64) -> Result<Vec<Self>>;

    /// Open ones that are in doubt, those of one owner together.
    ///
    /// # Errors
    /// Database faults.
    fn doubtful_rows(db: &mut Db, doubt: &Doubt, limit: i64) -> Result<Vec<Self>>;

    /// Which of these references of a source are there already.
    ///
    /// # Errors
    /// Database faults.
    fn known_rows(db: &mut Db, source: &str, refs: &[String]) -> Result<Vec<String>>;

    /// A batch of an organisation's records after an id, in order of ids.
    ///
    /// # Errors
    /// Database faults.
    fn rows_of(db: &mut Db, org: OrgId, after: Option<Self::Key>, limit: i64) -> Result<Vec<Self>>;

    /// Records that name one of these as the one they repeat, with the one they name.
    ///
    /// # Errors
    /// Database faults.
    fn repeats(db: &mut Db, ids: &[Self::Key]) -> Result<Vec<(Self::Key, Self::Key)>>;

    /// Writes which record these repeat and nothing else, whatever their version.
    ///
    /// # Errors
    /// Database faults.
    fn set_repeated(db: &mut Db, ids: &[Self::Key], original: Option<Self::Key>) -> Result<()>;

    /// Writes where a record is placed and nothing else, whatever its version.
    ///
    /// # Errors
    /// Database faults.
    fn move_row(db: &mut Db, row: &Self) -> Result<()>;

    /// Inserts records.
    ///
    /// # Errors
    /// A conflict when the source has delivered one of them before.
    fn insert_rows(db: &mut Db, rows: &[Self]) -> Result<()>;

    /// Replaces a record whose version has been raised by one, except which record it repeats.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`](crate::error::Error::PreconditionFailed) when somebody was
    /// faster.
    fn replace_row(db: &mut Db, row: &Self) -> Result<()>;

    /// Removes a record.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`](crate::error::Error::PreconditionFailed) when somebody was
    /// faster.
    fn remove_row(db: &mut Db, row: &Self) -> Result<()>;
}

/// A record that is written by an organisation and published by a reviewer.
pub trait Reviewed:
    Traced<Id: ReviewedId<Record = Self>> + Rows<Key = <Self as Traced>::Id> + Clone + Send
{
    /// Its fields, as they are sent, stored and shown.
    type Fields: Serialize + DeserializeOwned + Clone + PartialEq + Send + std::fmt::Debug;
    /// What a caller is shown.
    type View: Serialize + Send + 'static;

    /// What the audit log calls what is done with it.
    const ACTIONS: Actions;
    /// Years that it can be valid for at most, from the day it is published or renewed.
    const VALID_YEARS: u32;
    /// The field whose text is the detail of its wording.
    const DETAIL: &'static str;

    /// An empty draft.
    fn blank(id: Self::Id, org_id: OrgId, now: Timestamp, author: Option<UserId>) -> Self;

    /// Its id.
    fn id(&self) -> Self::Id;

    /// Columns that decide who may do what.
    fn head(&self) -> Head<'_, Self::Status>;

    /// Columns that the use cases write.
    fn head_mut(&mut self) -> HeadMut<'_, Self::Status>;

    /// Its fields.
    fn fields(&self) -> &Self::Fields;

    /// The confidentiality that the fields state, if any.
    fn stated_level(&self) -> Option<DisclosureLevel>;

    /// Puts fields in, and the columns that follow from them and from the organisation.
    fn place(&mut self, fields: Self::Fields, org: &Organization);

    /// What counts when it is compared with others; of fields that have been redacted what is left.
    fn wording(fields: &Self::Fields) -> Wording<'_>;

    /// The record of like wording that was there before.
    fn duplicate_of(&self) -> Option<Self::Id>;

    /// Sets the record of like wording that was there before.
    fn set_duplicate_of(&mut self, original: Option<Self::Id>);

    /// What a caller is shown of it.
    fn present(&self, shown: Shown<Self>) -> Self::View;

    /// Days that it is valid for when nothing else is said.
    fn valid_days(config: &Config) -> u32;

    /// Checks what it holds for a stage, whatever the day, and names everything wrong at once.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
    fn check(&self, stage: Stage, reference: &Reference) -> Result<()>;

    /// The same on a day; `before` are the fields of one that has been published already.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
    fn check_on(
        &self,
        stage: Stage,
        reference: &Reference,
        today: NaiveDate,
        before: Option<&Self::Fields>,
    ) -> Result<()>;

    /// Its document in the index; `persons` are those of its owner who are not shown to everybody.
    ///
    /// # Errors
    /// Never for fields of this program.
    fn document(
        &self,
        owner: &OwnerView,
        persons: &Persons,
        reference: &Reference,
    ) -> Result<search_index::Document>;

    /// The clearance from which others know of it; `None` when they must not.
    fn open_from(&self, owner: &OwnerView) -> Option<Clearance> {
        (self.head().status.is_open() && owner.active).then_some(Clearance::Public)
    }

    /// Whether its reviewers know of it even when it is not open.
    fn open_to_reviewers(&self) -> bool {
        true
    }

    /// The people of these organisations who are not shown to everybody.
    ///
    /// # Errors
    /// Database faults.
    fn persons(_: &mut Db, _: &[OrgId]) -> Result<HashMap<OrgId, Persons>> {
        Ok(HashMap::new())
    }

    /// What only people of the organisation may say in a new record, or change in one.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::error::Error::Forbidden).
    fn check_outsider(_before: Option<&Self>, _after: &Self) -> Result<()> {
        Ok(())
    }

    /// What must not change once it has been reviewed.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid).
    fn check_fixed(_before: &Self, _after: &Self) -> Result<()> {
        Ok(())
    }

    /// What follows for other records when fields have been written. Returns the number of the
    /// last change.
    ///
    /// # Errors
    /// Database faults.
    fn written(db: &mut Db, _: Timestamp, _: &[Rewrite<'_, Self::Fields>]) -> Result<i64> {
        super::ops::last_change(db)
    }
}
