//! The people and organisations of the table: one of every kind of caller, seen from our own
//! organisation in Guzhen town of Zhongshan.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Method;
use serde_json::Value;
use townbridge::accounts::ops::{create_user, open_session};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::{CreateUser, UserView};
use townbridge::attachments;
use townbridge::attachments::attached::Attached;
use townbridge::attachments::model::Upload;
use townbridge::http::operations::{Operation, operations};
use townbridge::organizations::model::Organization;
use townbridge::records::parts::Contact;

use crate::support::files::{png, with_form};
use crate::support::{Answer, Client, OrgBuilder, TestApp};

/// The town of our own organisation.
pub const GUZHEN: &str = "442000105";
/// Another town of the same city.
pub const XIAOLAN: &str = "442000118";

/// The operation that a request means.
pub fn find(method: &Method, path: &str) -> Option<&'static Operation> {
    // The service and the client know methods from different versions of a library.
    operations().find(&method.as_str().parse().unwrap(), path)
}

/// A firm of our town, complete enough to be changed.
pub fn firm() -> OrgBuilder {
    OrgBuilder::enterprise().town(GUZHEN).fields(|fields| {
        fields.scale = Some("small".to_owned());
        let phone = Some("0760-5550177".to_owned());
        fields.contact = Some(Contact { name: "何试".to_owned(), phone, ..Contact::default() });
    })
}

/// A kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Not signed in.
    Visitor,
    /// Member of an organisation that is not verified.
    Unverified,
    /// Manager of another organisation in the same town.
    Neighbour,
    /// Manager of a university in another city.
    Stranger,
    /// Expert of our own organisation.
    Expert,
    /// Member of our own organisation.
    Member,
    /// Manager of our own organisation.
    Manager,
    /// Liaison of our town.
    Liaison,
    /// Liaison of another town of our city.
    OtherLiaison,
    /// Officer of our city.
    City,
    /// Officer of another city.
    OtherCity,
    /// Officer of the province.
    Province,
    /// Platform administrator.
    Admin,
}

impl Who {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Visitor,
        Self::Unverified,
        Self::Neighbour,
        Self::Stranger,
        Self::Expert,
        Self::Member,
        Self::Manager,
        Self::Liaison,
        Self::OtherLiaison,
        Self::City,
        Self::OtherCity,
        Self::Province,
        Self::Admin,
    ];

    /// Name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Unverified => "unverified",
            Self::Neighbour => "neighbour",
            Self::Stranger => "stranger",
            Self::Expert => "expert",
            Self::Member => "member",
            Self::Manager => "manager",
            Self::Liaison => "liaison",
            Self::OtherLiaison => "other_liaison",
            Self::City => "city",
            Self::OtherCity => "other_city",
            Self::Province => "province",
            Self::Admin => "admin",
        }
    }
}

/// A request of a row.
pub struct Call {
    /// Path below `/api/v1/`, or from the root.
    pub path: String,
    body: Option<Value>,
    file: Option<Vec<u8>>,
    version: Option<i64>,
    client: Option<Client>,
}

impl Call {
    /// A call of this path.
    pub fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), body: None, file: None, version: None, client: None }
    }

    /// With a JSON body.
    pub fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// With a form that brings a file.
    pub fn with_file(mut self, bytes: Vec<u8>) -> Self {
        self.file = Some(bytes);
        self
    }

    /// On this version of the record.
    pub fn on(mut self, version: impl Into<i64>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// In another session of the caller.
    pub fn by(mut self, client: Option<Client>) -> Self {
        self.client = client;
        self
    }

    /// Whether it is a call of this operation.
    pub fn fits(&self, method: &Method, pattern: &str) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        let full = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
        find(method, &full).is_some_and(|found| found.pattern == pattern)
    }
}

/// The service with somebody of every kind.
pub struct World {
    /// The service.
    pub app: TestApp,
    /// Our own organisation.
    pub own: Organization,
    /// An organisation that waits for review, in the same town.
    pub pending: Organization,
    /// Another organisation in the same town.
    pub neighbour: Organization,
    users: BTreeMap<Who, UserView>,
    clients: BTreeMap<Who, Client>,
    count: AtomicU32,
}

impl World {
    /// Starts the service and signs everybody in.
    pub async fn start(password: Option<&str>) -> Self {
        let app = TestApp::start_with(|config| {
            config.accounts.attempts_per_account = 10_000;
            config.accounts.attempts_per_address = 10_000;
            config.accounts.registrations_per_address = 10_000;
        })
        .await;
        let own = firm().insert(&app);
        let pending = firm().pending().insert(&app);
        let neighbour = firm().insert(&app);
        let stranger = OrgBuilder::university().insert(&app);
        let roles = [
            (Who::Unverified, GrantRole::in_org(Role::OrgMember, pending.id)),
            (Who::Neighbour, GrantRole::in_org(Role::OrgAdmin, neighbour.id)),
            (Who::Stranger, GrantRole::in_org(Role::OrgAdmin, stranger.id)),
            (Who::Expert, GrantRole::in_org(Role::Expert, own.id)),
            (Who::Member, GrantRole::in_org(Role::OrgMember, own.id)),
            (Who::Manager, GrantRole::in_org(Role::OrgAdmin, own.id)),
            (Who::Liaison, GrantRole::in_region(Role::Liaison, GUZHEN)),
            (Who::OtherLiaison, GrantRole::in_region(Role::Liaison, XIAOLAN)),
            (Who::City, GrantRole::in_region(Role::Officer, "4420")),
            (Who::OtherCity, GrantRole::in_region(Role::Officer, "4406")),
            (Who::Province, GrantRole::in_region(Role::Officer, "44")),
            (Who::Admin, GrantRole::unbound(Role::PlatformAdmin)),
        ];
        let mut world = Self {
            app,
            own,
            pending,
            neighbour,
            users: BTreeMap::new(),
            clients: BTreeMap::new(),
            count: AtomicU32::new(1),
        };
        for (who, role) in roles {
            let user = world.new_user(role, password);
            world.clients.insert(who, world.session(&user));
            world.users.insert(who, user);
        }
        world
    }

    /// Somebody new.
    pub fn new_user(&self, role: GrantRole, password: Option<&str>) -> UserView {
        let command = CreateUser {
            mail: format!("user{}@example.com", self.number()),
            name: "试用人".to_owned(),
            password: password.map(str::to_owned),
            language: None,
            roles: vec![role],
        };
        create_user(self.app.service(), &Caller::system("test"), &command).unwrap()
    }

    fn session(&self, user: &UserView) -> Client {
        let caller = Caller::anonymous();
        let tokens = open_session(self.app.service(), &caller, user.id, None).unwrap();
        self.app.with_token(tokens.access_token)
    }

    /// A number that has not been given out before.
    pub fn number(&self) -> u32 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// The account of a caller; visitors have none.
    pub fn user(&self, who: Who) -> Option<&UserView> {
        self.users.get(&who)
    }

    /// A further session of a caller.
    pub fn another_session(&self, who: Who) -> Option<Client> {
        self.user(who).map(|user| self.session(user))
    }

    /// Sends a call.
    pub async fn send(&self, method: &Method, who: Who, call: Call) -> Answer {
        let usual = self.clients.get(&who).cloned().unwrap_or_else(|| self.app.anonymous());
        let client = call.client.unwrap_or(usual);
        let mut request = client.request(method.clone(), &call.path);
        if let Some(version) = call.version {
            request = request.header("if-match", format!("\"v{version}\""));
        }
        if let Some(body) = call.body {
            request = request.json(&body);
        }
        if let Some(bytes) = call.file {
            request = with_form(request, &[], &[("file", "photo.png", &bytes)]);
        }
        client.send(request).await
    }
}

/// A file that the service has kept with the record at this path.
pub fn file_of<R: Attached>(world: &World, path: &str) -> String
where
    R::Id: FromStr<Err: Debug>,
{
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let upload = Upload { name: "方案.png".to_owned(), bytes: png(8) };
    let caller = Caller::system("test");
    let written = attachments::ops::add::<R>(world.app.service(), &caller, &id, None, &upload);
    format!("{path}/attachments/{}", written.unwrap().value.id)
}
