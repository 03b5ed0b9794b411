//! Empty databases of either kind, and rows to fill them with.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use tempfile::TempDir;
use townbridge::accounts::ops::create_user;
use townbridge::accounts::principal::{Caller, OrgId, Principal, Role, RoleBinding};
use townbridge::accounts::principal::{SessionId, UserId};
use townbridge::accounts::users::model::CreateUser;
use townbridge::app::App;
use townbridge::clock::Clock;
use townbridge::config::{Config, Overrides};
use townbridge::db::Db;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::{Need, NeedFields, NeedId};
use townbridge::organizations::model::{OrgStatus, Organization, OrganizationFields};
use townbridge::organizations::ops::Arrival;
use townbridge::records::parts::Contact;
use townbridge::{needs, organizations};

#[cfg(feature = "server-tests")]
use crate::support::Schema;
use crate::support::credit_code;

/// The service on a database of its own, without a server around it.
pub struct TestDatabase {
    app: Arc<App>,
    url: String,
    data: TempDir,
    // Dropped last, after the connections.
    #[cfg(feature = "server-tests")]
    _schema: Option<Schema>,
}

impl std::ops::Deref for TestDatabase {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestDatabase {
    /// A new SQLite file.
    pub fn sqlite() -> Self {
        let data = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", data.path().join("townbridge.sqlite").display());
        Self::open(url, data)
    }

    /// A new schema on the PostgreSQL server of the environment.
    #[cfg(feature = "server-tests")]
    pub fn postgres() -> Self {
        let schema = Schema::create();
        let url = schema.url().to_owned();
        Self { _schema: Some(schema), ..Self::open(url, tempfile::tempdir().unwrap()) }
    }

    fn open(url: String, data: TempDir) -> Self {
        let overrides = Overrides {
            data_dir: Some(data.path().to_owned()),
            listen: None,
            database_url: Some(url.clone()),
        };
        let mut config = Config::load(None, &overrides).unwrap();
        config.database.pool_size = 8;
        config.search.writer_memory_mb = 16;
        let app = App::open(config, Clock::default()).unwrap();
        Self {
            app,
            url,
            data,
            #[cfg(feature = "server-tests")]
            _schema: None,
        }
    }

    /// The service itself.
    pub fn service(&self) -> &Arc<App> {
        &self.app
    }

    /// A directory for files of the test.
    pub fn directory(&self) -> &Path {
        self.data.path()
    }

    /// A connection outside the pool.
    pub fn connect(&self) -> Db {
        Db::connect(&self.url).unwrap()
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// Makes an account without roles.
    pub fn account(&self) -> UserId {
        let command = CreateUser {
            mail: format!("u{}@example.com", uuid::Uuid::now_v7().simple()),
            name: "何试".to_owned(),
            password: None,
            language: None,
            roles: Vec::new(),
        };
        create_user(self, &Caller::system("test"), &command).unwrap().id
    }

    /// Brings in an organisation of a town.
    pub fn organization(&self, number: u32, status: OrgStatus, town: &str) -> Organization {
        let fields = organization_fields(number, town);
        let arrival = Arrival { fields, status, source: "import", source_ref: None };
        let (caller, now) = (Caller::system("test"), self.clock.now());
        self.db
            .write(|db| organizations::ops::enter(self, db, &caller, vec![arrival.clone()], now))
            .unwrap()
            .value
            .remove(0)
    }

    /// Puts a need of an organisation into the table, without a trace.
    pub fn need(&self, org: &Organization, status: NeedStatus, title: &str) -> Need {
        let need = self.new_need(org, status, title);
        self.db.write(|db| needs::store::insert(db, std::slice::from_ref(&need))).unwrap();
        need
    }

    /// A need that is not stored yet.
    pub fn new_need(&self, org: &Organization, status: NeedStatus, title: &str) -> Need {
        let caller = Caller::system("test");
        let mut need = Need::blank(NeedId::new(), org.id, self.clock.now(), caller.actor_id());
        let fields = NeedFields {
            title: Some(title.to_owned()),
            need_kind: Some("testing".to_owned()),
            valid_until: NaiveDate::from_ymd_opt(2030, 6, 30),
            ..NeedFields::default()
        };
        need.set_fields(fields, &org.region_code, org.town_code.as_deref());
        need.status = status;
        need
    }
}

/// Fields that the rules accept.
pub fn organization_fields(number: u32, town: &str) -> OrganizationFields {
    OrganizationFields {
        name: Some(format!("第{number}测试有限公司")),
        uscc: Some(credit_code(number)),
        org_type: Some("enterprise".to_owned()),
        town_code: Some(town.to_owned()),
        industry_code: Some("C3872".to_owned()),
        scale: Some("small".to_owned()),
        contact: Some(Contact { name: "林试".to_owned(), ..Contact::default() }),
        ..OrganizationFields::default()
    }
}

/// Somebody with one role.
pub fn caller(role: Role, org: Option<OrgId>, region: Option<&str>) -> Caller {
    let binding = RoleBinding {
        role,
        org_id: org,
        org_verified: org.is_some(),
        region_code: region.map(str::to_owned),
    };
    let principal = Principal {
        user_id: UserId::new(),
        session_id: SessionId::new(),
        name: "周试".to_owned(),
        roles: vec![binding],
    };
    Caller { principal: Some(principal), ..Caller::anonymous() }
}
