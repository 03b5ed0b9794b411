//! Queries on what has had its time, and on what was done about it.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{DataClass, Run, RunId};
use crate::accounts::links::model::LinkId;
use crate::accounts::principal::SessionId;
use crate::accounts::registration::model::RegistrationId;
use crate::accounts::sessions::model::RefreshTokenId;
use crate::capabilities::model::CapabilityId;
use crate::channels::model::{DeliveryId, DeliveryState};
use crate::db::schema::{
    capabilities, deliveries, idempotency_keys, kept_forms, needs, notices, one_time_tokens,
    outbox_mails, refresh_tokens, registrations, retention_runs, sessions, subscription_finds,
    visits,
};
use crate::db::types::sql::Moment;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::kept::model::KeptId;
use crate::needs::model::NeedId;
use crate::notices::model::NoticeId;
use crate::on;
use crate::outbound::model::{MailId, MailState};
use crate::visits::model::VisitId;

/// What to do with rows that have had their time.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// Count them.
    Count,
    /// Remove so many at most.
    Remove(i64),
}

/// Counts rows, or removes some, by their key.
macro_rules! rows {
    ($db:expr, $work:expr, $table:ident, $key:ident: $id:ty, $old:expr) => {
        match $work {
            Work::Count => {
                on!($db, conn => $table::table.filter($old).count().get_result::<i64>(conn))?
            }
            Work::Remove(limit) => {
                let keys: Vec<$id> = on!($db, conn => $table::table
                    .filter($old)
                    .select($table::$key)
                    .limit(limit)
                    .load(conn))?;
                let removed = on!($db, conn => diesel::delete(
                        $table::table.filter($table::$key.eq_any(&keys)).filter($old),
                    )
                    .execute(conn))?;
                i64::try_from(removed).unwrap_or(i64::MAX)
            }
        }
    };
}

/// Rows of a class that are plain rows of one table; nothing for classes of records.
///
/// # Errors
/// Database faults.
pub fn plain(db: &mut Db, class: DataClass, before: Timestamp, work: Work) -> Result<i64> {
    use DataClass as C;
    use {deliveries as d, outbox_mails as m};
    Ok(match class {
        C::Notices => rows!(db, work, notices, id: NoticeId, notices::created_at.lt(before)),
        C::SentMails => rows!(db, work, outbox_mails, id: MailId,
            m::state.eq(MailState::Sent).and(m::sent_at.lt(before))),
        C::DeadMails => rows!(db, work, outbox_mails, id: MailId,
            m::state.eq(MailState::Dead).and(m::created_at.lt(before))),
        C::SentMessages => rows!(db, work, deliveries, id: DeliveryId,
            d::state.eq(DeliveryState::Sent).and(d::sent_at.lt(before))),
        // What waits that long waits for an endpoint that nobody has switched on again.
        C::DeadMessages => rows!(db, work, deliveries, id: DeliveryId,
            d::state.ne(DeliveryState::Sent).and(d::created_at.lt(before))),
        C::Sessions => {
            rows!(db, work, sessions, id: SessionId, sessions::last_used_at.lt(before))
        }
        C::RefreshTokens => rows!(db, work, refresh_tokens, id: RefreshTokenId,
            refresh_tokens::expires_at.lt(before)),
        C::Links => {
            rows!(db, work, one_time_tokens, id: LinkId, one_time_tokens::expires_at.lt(before))
        }
        C::Registrations => rows!(db, work, registrations, id: RegistrationId,
            registrations::expires_at.le(before)),
        C::RequestKeys => rows!(db, work, idempotency_keys, idempotency_key: String,
            idempotency_keys::created_at.lt(before)),
        // Rows of one record together, whoever was told of it.
        C::SubscriptionFinds => rows!(db, work, subscription_finds, record_id: String,
            subscription_finds::told_at.lt(before)),
        C::KeptForms => rows!(db, work, kept_forms, id: KeptId, kept_forms::expires_at.le(before)),
        C::Drafts | C::VisitPeople | C::VisitFiles => 0,
    })
}

/// State of a record that has never been put forward.
const DRAFT: &str = "draft";

/// A draft, on the version that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draft {
    /// Of a need.
    Need(NeedId, i32),
    /// Of a capability.
    Capability(CapabilityId, i32),
}

/// The last drafts that were looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct DraftIds {
    need: Option<NeedId>,
    capability: Option<CapabilityId>,
}

impl DraftIds {
    /// The place behind these drafts.
    pub fn beyond(mut self, drafts: &[Draft]) -> Self {
        for draft in drafts {
            match *draft {
                Draft::Need(id, _) => self.need = Some(id),
                Draft::Capability(id, _) => self.capability = Some(id),
            }
        }
        self
    }
}

/// What keeps a draft: a contract that names it.
const NEED_UNNAMED: &str =
    "NOT EXISTS (SELECT 1 FROM contracts WHERE contracts.need_id = needs.id)";
const CAPABILITY_UNNAMED: &str =
    "NOT EXISTS (SELECT 1 FROM contracts WHERE contracts.capability_id = capabilities.id)";

/// Drafts that nobody has touched since and no contract names, behind others, in the order of their
/// ids.
///
/// # Errors
/// Database faults.
pub fn drafts(db: &mut Db, before: Timestamp, after: DraftIds, limit: i64) -> Result<Vec<Draft>> {
    use {capabilities as c, needs as n};
    let needs: Vec<(NeedId, i32)> = on!(db, conn => {
        let mut query = n::table
            .filter(sql::<Bool>("status = ").bind::<diesel::sql_types::Text, _>(DRAFT))
            .filter(sql::<Bool>(NEED_UNNAMED))
            .filter(n::updated_at.lt(before))
            .into_boxed();
        if let Some(id) = after.need {
            query = query.filter(n::id.gt(id));
        }
        query.order(n::id.asc()).select((n::id, n::version)).limit(limit).load(conn)
    })?;
    let offers: Vec<(CapabilityId, i32)> = on!(db, conn => {
        let mut query = c::table
            .filter(sql::<Bool>("status = ").bind::<diesel::sql_types::Text, _>(DRAFT))
            .filter(sql::<Bool>(CAPABILITY_UNNAMED))
            .filter(c::updated_at.lt(before))
            .into_boxed();
        if let Some(id) = after.capability {
            query = query.filter(c::id.gt(id));
        }
        query.order(c::id.asc()).select((c::id, c::version)).limit(limit).load(conn)
    })?;
    let needs = needs.into_iter().map(|(id, version)| Draft::Need(id, version));
    let offers = offers.into_iter().map(|(id, version)| Draft::Capability(id, version));
    Ok(needs.chain(offers).collect())
}

/// What keeps a visit as it is: the firm has an open case, or a contract whose registration is still
/// under way.
const FREE: &str = "NOT EXISTS (SELECT 1 FROM cases WHERE cases.closed_at IS NULL \
     AND (cases.need_org_id = visits.org_id OR cases.provider_org_id = visits.org_id)) \
     AND NOT EXISTS (SELECT 1 FROM contracts \
     WHERE contracts.status IN ('intended', 'signed', 'submitted', 'refused', 'amended') \
     AND (contracts.buyer_org_id = visits.org_id OR contracts.seller_org_id = visits.org_id))";

/// That the visit or a version of it that was saved names people. A quote within a text is escaped, so
/// that no text looks like the field.
const NAMES_PEOPLE: &str = "(CAST(visits.doc AS TEXT) LIKE '%\"people\":%' \
     OR EXISTS (SELECT 1 FROM record_versions WHERE record_versions.record_kind = 'visit' \
     AND record_versions.record_id = CAST(visits.id AS TEXT) \
     AND CAST(record_versions.doc AS TEXT) LIKE '%\"people\":%'))";
/// That the visit has files of before a moment, which stands between the two parts.
const HAS_FILES: [&str; 2] = [
    "EXISTS (SELECT 1 FROM attachments WHERE attachments.record_kind = 'visit' \
     AND attachments.record_id = CAST(visits.id AS TEXT) AND attachments.removed_at IS NULL \
     AND attachments.created_at < ",
    ")",
];

/// Visits before a day, entered before it as well, that name people and that nothing keeps.
///
/// # Errors
/// Database faults.
pub fn visits_with_people(db: &mut Db, before: Timestamp, limit: i64) -> Result<Vec<VisitId>> {
    Ok(on!(db, conn => visits::table
        .filter(visits::visited_on.lt(before.0.date_naive()))
        .filter(visits::created_at.lt(before))
        .filter(sql::<Bool>(NAMES_PEOPLE))
        .filter(sql::<Bool>(FREE))
        .order(visits::id.asc())
        .select(visits::id)
        .limit(limit)
        .load(conn))?)
}

/// Visits before a day, entered before it as well, that have files attached before it and that nothing
/// keeps.
///
/// # Errors
/// Database faults.
pub fn visits_with_files(db: &mut Db, before: Timestamp, limit: i64) -> Result<Vec<VisitId>> {
    Ok(on!(db, conn => visits::table
        .filter(visits::visited_on.lt(before.0.date_naive()))
        .filter(visits::created_at.lt(before))
        .filter(sql::<Bool>(HAS_FILES[0]).bind::<Moment, _>(before).sql(HAS_FILES[1]))
        .filter(sql::<Bool>(FREE))
        .order(visits::id.asc())
        .select(visits::id)
        .limit(limit)
        .load(conn))?)
}

/// Begins a run.
///
/// # Errors
/// Database faults.
pub fn begin(db: &mut Db, row: &Run) -> Result<()> {
    on!(db, conn => diesel::insert_into(retention_runs::table).values(row).execute(conn))?;
    Ok(())
}

/// Adds to what a run has removed.
///
/// # Errors
/// Database faults.
pub fn add(db: &mut Db, id: RunId, removed: i64) -> Result<()> {
    use retention_runs::dsl as r;
    on!(db, conn => diesel::update(r::retention_runs.find(id))
        .set(r::removed.eq(r::removed + removed))
        .execute(conn))?;
    Ok(())
}

/// Ends a run.
///
/// # Errors
/// Database faults.
pub fn end(db: &mut Db, id: RunId, now: Timestamp) -> Result<()> {
    use retention_runs::dsl as r;
    on!(db, conn => diesel::update(r::retention_runs.find(id))
        .set(r::finished_at.eq(Some(now)))
        .execute(conn))?;
    Ok(())
}

/// The last run of a class.
///
/// # Errors
/// Database faults.
pub fn last(db: &mut Db, class: DataClass) -> Result<Option<Run>> {
    use retention_runs::dsl as r;
    Ok(on!(db, conn => r::retention_runs
        .filter(r::class.eq(class))
        .order(r::id.desc())
        .select(Run::as_select())
        .first(conn))
    .optional()?)
}

/// The last runs that removed something.
///
/// # Errors
/// Database faults.
pub fn runs(db: &mut Db, limit: i64) -> Result<Vec<Run>> {
    use retention_runs::dsl as r;
    Ok(on!(db, conn => r::retention_runs
        .filter(r::removed.gt(0))
        .order(r::id.desc())
        .select(Run::as_select())
        .limit(limit)
        .load(conn))?)
}

/// Forgets what was done long ago, and runs that found nothing.
///
/// # Errors
/// Database faults.
pub fn forget_runs(db: &mut Db, old: Timestamp, idle: Timestamp) -> Result<()> {
    use retention_runs::dsl as r;
    on!(db, conn => diesel::delete(r::retention_runs.filter(
        r::started_at.lt(old).or(r::removed.eq(0).and(r::started_at.lt(idle))),
    ))
    .execute(conn))?;
    Ok(())
}
