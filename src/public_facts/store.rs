//! Queries on public records: each macro says of one table which they are.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::model::{Address, Count, OrgCount, PublicKind};
use crate::accounts::principal::OrgId;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::model::CapabilityId;
use crate::capabilities::parts::ConsentScope;
use crate::db::schema::{capabilities, events, needs, organizations, towns};
use crate::db::{Db, Timestamp, dialect};
use crate::disclosure::DisclosureLevel;
use crate::error::Result;
use crate::events::model::EventId;
use crate::needs::life::NeedStatus;
use crate::needs::model::NeedId;
use crate::on;
use crate::organizations::model::OrgStatus;
use crate::records::life::ReviewedLife;
use crate::towns::model::TownStatus;

fn open_needs() -> Vec<NeedStatus> {
    NeedStatus::ALL.iter().copied().filter(|status| status.is_open()).collect()
}

fn open_capabilities() -> Vec<CapabilityStatus> {
    CapabilityStatus::ALL.iter().copied().filter(|status| status.is_open()).collect()
}

macro_rules! public_needs {
    ($query:expr) => {
        $query
            .into_boxed()
            .filter(needs::status.eq_any(open_needs()))
            .filter(needs::confidentiality.eq(DisclosureLevel::Public))
            .filter(needs::published_at.is_not_null())
            .filter(crate::owner_active!(needs::org_id))
    };
}

macro_rules! public_capabilities {
    ($query:expr) => {
        $query
            .into_boxed()
            .filter(capabilities::status.eq_any(open_capabilities()))
            .filter(capabilities::confidentiality.eq(DisclosureLevel::Public))
            .filter(capabilities::consent_scope.eq(ConsentScope::Public))
            .filter(capabilities::published_at.is_not_null())
            .filter(crate::owner_active!(capabilities::org_id))
    };
}

macro_rules! public_organizations {
    ($query:expr) => {
        $query.into_boxed().filter(organizations::status.eq(OrgStatus::Verified))
    };
}

macro_rules! public_towns {
    ($query:expr) => {
        $query.into_boxed().filter(towns::status.ne(TownStatus::Removed))
    };
}

macro_rules! public_events {
    ($query:expr) => {
        $query.into_boxed().filter(events::opened_at.is_not_null()).filter(events::public.eq(true))
    };
}

type Columns = (SqlLiteral<Text>, SqlLiteral<Text>, SqlLiteral<Text>, SqlLiteral<BigInt>);

fn columns(db: &Db, table: &str) -> Columns {
    let month = dialect::month_of_moment(db, &format!("{table}.published_at"));
    (
        sql(&month),
        sql(&format!("{table}.region_code")),
        sql(&format!("COALESCE({table}.tech_field, '')")),
        sql("COUNT(*)"),
    )
}

fn groups() -> SqlLiteral<Text> {
    sql("1, 2, 3")
}

/// Public needs by month, region and field.
pub fn needs(db: &mut Db) -> Result<Vec<Count>> {
    let columns = columns(db, "needs");
    Ok(on!(db, conn => public_needs!(needs::table.group_by(groups()).select(columns)).load(conn))?)
}

/// Public capabilities by month, region and field.
pub fn capabilities(db: &mut Db) -> Result<Vec<Count>> {
    let columns = columns(db, "capabilities");
    Ok(on!(db, conn => {
        let from = capabilities::table.group_by(groups()).select(columns);
        public_capabilities!(from).load(conn)
    })?)
}

/// Public organisations by type and region.
pub fn organizations(db: &mut Db) -> Result<Vec<OrgCount>> {
    let columns: (SqlLiteral<Text>, SqlLiteral<Text>, SqlLiteral<BigInt>) =
        (sql("organizations.org_type"), sql("organizations.region_code"), sql("COUNT(*)"));
    Ok(on!(db, conn => {
        let from = organizations::table.group_by(sql::<Text>("1, 2")).select(columns);
        public_organizations!(from).load(conn)
    })?)
}

/// How many public pages there are of a kind; those that are always there are not in the database.
pub fn count(db: &mut Db, kind: PublicKind) -> Result<i64> {
    Ok(on!(db, conn => match kind {
        PublicKind::Site => Ok(0),
        PublicKind::Towns => public_towns!(towns::table.count()).get_result(conn),
        PublicKind::Organizations => {
            public_organizations!(organizations::table.count()).get_result(conn)
        }
        PublicKind::Needs => public_needs!(needs::table.count()).get_result(conn),
        PublicKind::Capabilities => {
            public_capabilities!(capabilities::table.count()).get_result(conn)
        }
        PublicKind::Events => public_events!(events::table.count()).get_result(conn),
    })?)
}

fn listed<Id: std::fmt::Display>(kind: PublicKind, rows: Vec<(Id, Timestamp)>) -> Vec<Address> {
    let address = |(id, at)| Address { path: format!("/{kind}/{id}"), changed: Some(at) };
    rows.into_iter().map(address).collect()
}

/// Public pages of a kind in the order of their ids, so many after so many.
pub fn addresses(
    db: &mut Db,
    kind: PublicKind,
    (offset, limit): (i64, i64),
) -> Result<Vec<Address>> {
    Ok(match kind {
        PublicKind::Site => Vec::new(),
        PublicKind::Towns => {
            let rows: Vec<(String, Timestamp)> = on!(db, conn => {
                let from = towns::table.select((towns::code, towns::updated_at));
                public_towns!(from).order(towns::code).offset(offset).limit(limit).load(conn)
            })?;
            listed(kind, rows)
        }
        PublicKind::Organizations => {
            let rows: Vec<(OrgId, Timestamp)> = on!(db, conn => {
                let from = organizations::table
                    .select((organizations::id, organizations::updated_at));
                public_organizations!(from)
                    .order(organizations::id).offset(offset).limit(limit).load(conn)
            })?;
            listed(kind, rows)
        }
        PublicKind::Needs => {
            let rows: Vec<(NeedId, Timestamp)> = on!(db, conn => {
                let from = needs::table.select((needs::id, needs::updated_at));
                public_needs!(from).order(needs::id).offset(offset).limit(limit).load(conn)
            })?;
            listed(kind, rows)
        }
        PublicKind::Capabilities => {
            let rows: Vec<(CapabilityId, Timestamp)> = on!(db, conn => {
                let from = capabilities::table.select((capabilities::id, capabilities::updated_at));
                public_capabilities!(from)
                    .order(capabilities::id).offset(offset).limit(limit).load(conn)
            })?;
            listed(kind, rows)
        }
        PublicKind::Events => {
            let rows: Vec<(EventId, Timestamp)> = on!(db, conn => {
                let from = events::table.select((events::id, events::updated_at));
                public_events!(from).order(events::id).offset(offset).limit(limit).load(conn)
            })?;
            listed(kind, rows)
        }
    })
}
