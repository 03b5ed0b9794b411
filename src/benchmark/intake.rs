//! A throw-away instance: its directory and settings, who may ask it, and how fast it takes files
//! in.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use crate::accounts::principal::{Caller, OrgId, Principal, Role};
use crate::accounts::roles::model::GrantRole;
use crate::accounts::users::model::CreateUser;
use crate::accounts::{secrets, sessions, users};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::import::columns::FileKind;
use crate::import::indexed;
use crate::import::run::ImportOptions;
use crate::jobs::indexer::{self, consistency};
use crate::needs::model::{Need, NeedId};
use crate::organizations::model::{OrgStatus, OrganizationFields};
use crate::organizations::ops::{Arrival, enter};
use crate::records::parts::Contact;
use crate::records::reviewed;

/// The owner of the needs, that of the capabilities, and the one that the member works for. If two
/// of them were one, its own records would be left out of its matches.
const ORGANIZATIONS: [(&str, &str, &str, &str); 3] = [
    ("测量用企业", "91440606TB1645821X", "enterprise", "440606"),
    ("测量用高校", "91440106TB3308810B", "university", "440106"),
    ("测量用服务机构", "91440604TB1329060A", "service_org", "440604"),
];
/// Seconds that the member stays signed in: longer than any run.
const SIGNED_IN_SECONDS: u32 = 86_400;

/// One file taken in.
#[derive(Debug, Clone, Serialize)]
pub struct ImportFigures {
    /// Name of the file.
    pub file: String,
    /// Rows read.
    pub rows: usize,
    /// Records added.
    pub added: usize,
    /// Time until searches see them.
    pub seconds: f64,
    /// Rows in a second.
    pub rows_per_second: f64,
}

/// The index built anew, and what is on disk.
#[derive(Debug, Clone, Serialize)]
pub struct IndexFigures {
    /// Documents.
    pub documents: usize,
    /// Time of building the index anew.
    pub seconds: f64,
    /// Documents in a second.
    pub documents_per_second: f64,
    /// Size of the index.
    pub index_bytes: u64,
    /// Size of the database.
    pub database_bytes: u64,
}

/// Somebody who asks.
#[derive(Debug, Clone)]
pub struct Asker {
    /// `visitor` or `member`.
    pub name: &'static str,
    /// As the use cases see it.
    pub caller: Caller,
    /// Token for requests.
    pub token: Option<String>,
}

/// The instance, opened in this process.
pub struct Intake {
    app: Arc<App>,
    /// Owner of needs, owner of capabilities, employer of the member.
    orgs: Vec<OrgId>,
}

impl Intake {
    /// Opens an empty instance in a directory, whatever the settings say of databases and
    /// directories: what is measured is thrown away, so nothing else must be written to.
    ///
    /// # Errors
    /// Says what cannot be opened.
    pub fn open(mut config: Config, dir: &Path) -> Result<Self> {
        config.data_dir = dir.to_owned();
        config.database.url = database_url(dir);
        config.search.index_dir = dir.join("index").display().to_string();
        config.accounts.access_token_seconds = SIGNED_IN_SECONDS;
        let app = App::open(config, Clock::default())?;
        let orgs = enter_organizations(&app)?;
        Ok(Self { app, orgs })
    }

    /// The owner of the needs and that of the capabilities.
    ///
    /// # Errors
    /// Never, once the instance is open.
    pub fn sides(&self) -> Result<(OrgId, OrgId)> {
        let pair = self.orgs.first().copied().zip(self.orgs.get(1).copied());
        pair.ok_or_else(|| Error::internal("no organisations"))
    }

    /// The instance.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Imports a file, until searches see its records.
    ///
    /// # Errors
    /// A file that cannot be read or has a row that cannot be imported.
    pub fn import(&self, kind: FileKind, file: &Path) -> Result<ImportFigures> {
        let org = if kind == FileKind::Needs { self.orgs.first() } else { self.orgs.get(1) };
        let options = ImportOptions {
            kind,
            org: org.map(ToString::to_string),
            publish: true,
            dry_run: false,
            skip_similar: false,
            rejects: None,
        };
        let started = Instant::now();
        let caller = Caller::system("bench");
        let report = indexed::run(&self.app, true, &caller, file, &options, &mut |_, _| {})?;
        indexer::catch_up(&self.app)?;
        let seconds = started.elapsed().as_secs_f64();
        if let Some(row) = report.first_rejected.first() {
            let (number, reasons) = (row.number, row.reasons.join("; "));
            let place = file.display();
            return Err(Error::internal(format!("{place}: row {number}: {reasons}")));
        }
        Ok(ImportFigures {
            file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            rows: report.rows,
            added: report.added,
            seconds,
            rows_per_second: report.rows as f64 / seconds,
        })
    }

    /// Builds the index anew.
    ///
    /// # Errors
    /// Database or index faults.
    pub fn reindex(&self) -> Result<IndexFigures> {
        let started = Instant::now();
        let documents = indexer::rebuild(&self.app, |_| {})?;
        let seconds = started.elapsed().as_secs_f64();
        let database = self.app.config.data_dir.join("townbridge.sqlite");
        Ok(IndexFigures {
            documents,
            seconds,
            documents_per_second: documents as f64 / seconds,
            index_bytes: consistency::status(&self.app)?.bytes,
            database_bytes: std::fs::metadata(&database)?.len(),
        })
    }

    /// Every need, in order of their ids.
    ///
    /// # Errors
    /// Database faults.
    pub fn needs(&self) -> Result<Vec<NeedId>> {
        let mut all: Vec<String> = Vec::new();
        loop {
            let after = all.last().cloned();
            let ids = self.app.db.read(|db| reviewed::ids::<Need>(db, after.as_deref(), 1_000))?;
            if ids.is_empty() {
                break;
            }
            all.extend(ids);
        }
        Ok(all.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// A visitor, and a member of an organisation that owns none of the records.
    ///
    /// # Errors
    /// Database faults.
    pub fn askers(&self) -> Result<Vec<Asker>> {
        let org_id = self.orgs.get(2).copied();
        let role = GrantRole { role: Role::OrgMember, org_id, region_code: None };
        let (token, principal) = signed_in(&self.app, "member@bench.example", role)?;
        let member = Caller { principal: Some(principal), ..Caller::anonymous() };
        Ok(vec![
            Asker { name: "visitor", caller: Caller::anonymous(), token: None },
            Asker { name: "member", caller: member, token: Some(token) },
        ])
    }

    /// Closes the instance, so that the service can open it; returns a copy of its index for
    /// direct calls beside the service, which holds the original.
    ///
    /// # Errors
    /// When the files cannot be copied.
    pub fn close(self) -> Result<PathBuf> {
        let index = PathBuf::from(&self.app.config.search.index_dir);
        let copy = self.app.config.data_dir.join("index-copy");
        drop(self.app);
        copy_dir(&index, &copy)?;
        Ok(copy)
    }
}

/// Address of the database of the instance in a directory.
pub fn database_url(dir: &Path) -> String {
    format!("sqlite://{}", dir.join("townbridge.sqlite").display())
}

/// An account with a role, signed in: its token, and as whom it acts.
///
/// # Errors
/// Database faults.
pub fn signed_in(app: &App, mail: &str, role: GrantRole) -> Result<(String, Principal)> {
    let system = Caller::system("bench");
    let command = CreateUser {
        mail: mail.to_owned(),
        name: "测量员".to_owned(),
        password: Some(secrets::random()?),
        language: None,
        roles: vec![role],
    };
    let user = users::ops::create_user(app, &system, &command)?;
    let token = sessions::ops::open(app, &system, user.id, None)?.access_token;
    let principal = crate::accounts::ops::authenticate(app, &token)?;
    Ok((token, principal))
}

fn enter_organizations(app: &App) -> Result<Vec<OrgId>> {
    let arrivals: Vec<Arrival> = ORGANIZATIONS
        .iter()
        .map(|(name, uscc, org_type, region_code)| Arrival {
            fields: OrganizationFields {
                name: Some((*name).to_owned()),
                uscc: Some((*uscc).to_owned()),
                org_type: Some((*org_type).to_owned()),
                region_code: Some((*region_code).to_owned()),
                industry_code: Some("C30".to_owned()),
                scale: Some("small".to_owned()),
                contact: Some(Contact { name: "测量员".to_owned(), ..Contact::default() }),
                ..OrganizationFields::default()
            },
            status: OrgStatus::Verified,
            source: "import",
            source_ref: None,
        })
        .collect();
    let (caller, now) = (Caller::system("bench"), app.clock.now());
    let entered = app.db.write(|db| enter(app, db, &caller, arrivals.clone(), now))?;
    Ok(entered.value.into_iter().map(|org| org.id).collect())
}

fn copy_dir(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
