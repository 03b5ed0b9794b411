//! `townbridge user …`

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Context, Failure, Outcome, output};
use crate::accounts::passwords;
use crate::accounts::principal::{Caller, Role};
use crate::accounts::roles::model::{GrantRole, RoleView, is_org_role};
use crate::accounts::secrets;
use crate::accounts::users::model::{CreateUser, ListUsers, UserView};
use crate::accounts::users::ops;
use crate::app::App;
use crate::clock::Clock;
use crate::error::{Error, Message, Result};
use crate::import::owners::look_up;

/// Length of a password made up by the program.
const MADE_UP: usize = 20;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create an account; without --password-stdin a password is made up and printed once
    Create(CreateArgs),
    /// Give an account a new password and end its sessions
    SetPassword(PasswordArgs),
    /// List accounts with their roles
    List(ListArgs),
}

/// Arguments of `user create`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  townbridge user create li@example.cn --name 李某 --role platform_admin
  townbridge user create wu@example.cn --name 吴某 --role liaison --region 442000105
  townbridge user create he@example.cn --name 何某 --role org_admin --org 91442000TB10914945")]
pub(crate) struct CreateArgs {
    /// Mail address to sign in with
    mail: String,
    /// Name as shown to others; by default the address up to the @
    #[arg(long)]
    name: Option<String>,
    /// platform_admin, officer, liaison, org_admin, org_member or expert; may be given repeatedly
    #[arg(long, value_name = "ROLE")]
    role: Vec<Role>,
    /// Organisation of org_admin, org_member and expert: credit code, id or full name
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// Region of officer (province or city) and liaison (town), as a code
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    #[command(flatten)]
    password: PasswordSource,
}

/// Arguments of `user set-password`.
#[derive(Debug, Args)]
pub(crate) struct PasswordArgs {
    /// Mail address of the account
    mail: String,
    #[command(flatten)]
    password: PasswordSource,
}

/// Where a password comes from. Never from the command line: others can read that.
#[derive(Debug, Args)]
struct PasswordSource {
    /// Read the password from the first line of standard input
    #[arg(long, conflicts_with = "password_file")]
    password_stdin: bool,
    /// Read the password from the first line of a file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// Arguments of `user list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only accounts that hold this role
    #[arg(long, value_name = "ROLE")]
    role: Option<Role>,
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: &UserCommand) -> Outcome {
    let app = App::open_without_index(context.config()?, Clock::default())?;
    let mut caller = Caller::system("terminal");
    caller.language = context.language;
    match command {
        UserCommand::Create(args) => create(context, &app, &caller, args),
        UserCommand::SetPassword(args) => {
            let (password, made_up) = args.password.take()?;
            passwords::ops::set_for(&app, &caller, &args.mail, &password)?;
            let message = Message::new("cli.user.password_set").with("mail", &args.mail);
            output::say(context.language, message);
            tell_password(context, &password, made_up);
            Ok(())
        }
        UserCommand::List(args) => Ok(list(&app, &caller, args.role)?),
    }
}

fn create(context: &Context, app: &App, caller: &Caller, args: &CreateArgs) -> Outcome {
    let roles = roles(app, args)?;
    let (password, made_up) = args.password.take()?;
    let command = CreateUser {
        mail: args.mail.clone(),
        name: args.name.clone().unwrap_or_else(|| local_part(&args.mail).to_owned()),
        password: Some(password.clone()),
        language: Some(context.language.tag().to_owned()),
        roles,
    };
    let user = ops::create_user(app, caller, &command)?;
    output::say(context.language, Message::new("cli.user.created").with("mail", user.mail));
    tell_password(context, &password, made_up);
    Ok(())
}

fn local_part(mail: &str) -> &str {
    mail.split('@').next().unwrap_or(mail)
}

/// The roles to grant, each with what it has to be bound to.
fn roles(app: &App, args: &CreateArgs) -> std::result::Result<Vec<GrantRole>, Failure> {
    let org = match &args.org {
        None => None,
        Some(wanted) => {
            let found = app.db.read(|db| look_up(db, wanted))?;
            let unknown = || Message::new("import.unknown_org").with("org", wanted);
            Some(found.ok_or_else(|| Error::BadRequest(unknown()))?.id)
        }
    };
    let grant = |role: &Role| GrantRole {
        role: *role,
        org_id: org.filter(|_| is_org_role(*role)),
        region_code: match role {
            Role::Liaison | Role::Officer => args.region.clone(),
            _ => None,
        },
    };
    let needless = |given: bool, wanted: fn(Role) -> bool| {
        given && !args.role.iter().any(|role| wanted(*role))
    };
    if needless(args.org.is_some(), is_org_role) {
        return Err(Failure::Usage("--org belongs to none of the roles given".to_owned()));
    }
    if needless(args.region.is_some(), |role| matches!(role, Role::Liaison | Role::Officer)) {
        return Err(Failure::Usage("--region belongs to none of the roles given".to_owned()));
    }
    Ok(args.role.iter().map(grant).collect())
}

impl PasswordSource {
    /// The password, and whether it was made up.
    fn take(&self) -> Result<(String, bool)> {
        let mut text = String::new();
        match &self.password_file {
            Some(path) => {
                text = std::fs::read_to_string(path).map_err(|error| {
                    let message = Message::new("import.unreadable_file");
                    Error::BadRequest(message.with("file", path.display()).with("reason", error))
                })?;
            }
            None if self.password_stdin => {
                std::io::stdin().read_to_string(&mut text)?;
            }
            None => return Ok((secrets::random()?.chars().take(MADE_UP).collect(), true)),
        }
        Ok((text.lines().next().unwrap_or_default().to_owned(), false))
    }
}

fn tell_password(context: &Context, password: &str, made_up: bool) {
    if made_up {
        let message = Message::new("cli.user.password").with("password", password);
        output::say(context.language, message);
    }
}

fn list(app: &App, caller: &Caller, role: Option<Role>) -> Result<()> {
    let mut after = None;
    loop {
        let query = ListUsers { role, limit: Some(100), after, ..ListUsers::default() };
        let page = ops::list(app, caller, &query)?;
        for user in &page.items {
            output::print(&line(app, caller, user));
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

fn line(app: &App, caller: &Caller, user: &UserView) -> String {
    let role = |role: &RoleView| {
        let name = app.reference.code_name("role", role.role.as_str(), caller.language);
        let org = role.org.as_ref().map(|org| org.name.as_str());
        match org.or(role.region_name.as_deref()) {
            Some(place) => format!("{name} ({place})"),
            None => name,
        }
    };
    let roles: Vec<String> = user.roles.iter().map(role).collect();
    format!("{}\t{}\t{}\t{}", user.mail, user.name, user.status, roles.join(", "))
}
