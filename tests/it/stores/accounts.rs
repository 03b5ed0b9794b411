//! Accounts, sessions and invitations.

use chrono::TimeDelta;
use townbridge::accounts::invitations::model::{AcceptInvitation, CreateInvitation};
use townbridge::accounts::invitations::ops as invitations;
use townbridge::accounts::members::model::ListMembers;
use townbridge::accounts::ops::{authenticate, create_user, open_session, sign_in};
use townbridge::accounts::principal::{Caller, OrgId, Role, UserId};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::sessions::model::{Refresh, SignIn, Tokens};
use townbridge::accounts::sessions::ops as sessions;
use townbridge::accounts::users::model::{CreateUser, ListUsers};
use townbridge::accounts::users::ops as users;
use townbridge::error::Error;
use townbridge::jobs::housekeeping;
use townbridge::organizations::model::OrgStatus;

use super::databases::{TestDatabase, caller};
use super::on_both;
use crate::support::{CONSENT, token_in};

on_both!(
    a_mail_address_has_one_account_however_it_is_written,
    a_refresh_token_works_once_and_a_second_use_ends_the_session,
    sessions_are_listed_ended_and_forgotten,
    an_invitation_is_listed_replaced_and_accepted_once,
    accounts_are_listed_by_text_role_and_region,
);

const GUZHEN: &str = "442000105";
const PASSWORD: &str = "correct horse battery";

fn account(db: &TestDatabase, mail: &str, name: &str, roles: Vec<GrantRole>) -> UserId {
    let command = CreateUser {
        mail: mail.to_owned(),
        name: name.to_owned(),
        password: Some(PASSWORD.to_owned()),
        language: None,
        roles,
    };
    create_user(db, &Caller::system("test"), &command).unwrap().id
}

/// The caller behind an access token.
fn person(db: &TestDatabase, tokens: &Tokens) -> Caller {
    let principal = authenticate(db, &tokens.access_token).unwrap();
    Caller { principal: Some(principal), ..Caller::anonymous() }
}

fn refreshed(db: &TestDatabase, token: &str) -> Result<Tokens, Error> {
    let command = Refresh { refresh_token: token.to_owned() };
    sessions::refresh(db, &Caller::anonymous(), &command)
}

fn a_mail_address_has_one_account_however_it_is_written(db: &TestDatabase) {
    account(db, "He.Shi@Example.com", "何试", Vec::new());
    let again = CreateUser {
        mail: "he.shi@example.COM".to_owned(),
        name: "何试二".to_owned(),
        password: None,
        language: None,
        roles: Vec::new(),
    };
    assert!(create_user(db, &Caller::system("test"), &again).is_err());
    let known = db.db.read(|db| users::known_mails(db, &["he.shi@example.com".to_owned()]));
    assert_eq!(known.unwrap().len(), 1);
    let wrong = SignIn { mail: "he.shi@example.com".into(), password: "wrong horse".into() };
    let refused = sign_in(db, &Caller::anonymous(), &wrong, None);
    assert!(matches!(refused, Err(Error::Unauthenticated(_))));
}

fn a_refresh_token_works_once_and_a_second_use_ends_the_session(db: &TestDatabase) {
    let user = account(db, "liang@example.com", "梁试", Vec::new());
    let first = open_session(db, &Caller::anonymous(), user, Some("测试浏览器")).unwrap();
    let second = refreshed(db, &first.refresh_token).unwrap();
    assert_eq!(second.session_id, first.session_id);
    assert_eq!(person(db, &second).actor_id(), Some(user));
    let reused = refreshed(db, &first.refresh_token);
    assert!(matches!(reused, Err(Error::Unauthenticated(_))));
    assert!(authenticate(db, &second.access_token).is_err(), "the session has ended");
    assert!(refreshed(db, &second.refresh_token).is_err());
}

fn sessions_are_listed_ended_and_forgotten(db: &TestDatabase) {
    let user = account(db, "zheng@example.com", "郑试", Vec::new());
    let open = || open_session(db, &Caller::anonymous(), user, None).unwrap();
    let first = open();
    db.clock.advance(TimeDelta::minutes(1));
    let second = open();
    let me = person(db, &second);
    let listed = |me: &Caller| -> Vec<_> {
        let sessions = sessions::list(db, me).unwrap();
        sessions.into_iter().map(|session| (session.id, session.current)).collect()
    };
    assert_eq!(listed(&me), [(second.session_id, true), (first.session_id, false)]);
    sessions::end(db, &me, first.session_id).unwrap();
    assert!(matches!(sessions::end(db, &me, first.session_id), Err(Error::NotFound)));
    assert_eq!(listed(&me), [(second.session_id, true)]);
    let days = i64::from(db.config.accounts.refresh_token_days) + 1;
    db.clock.advance(TimeDelta::days(days));
    housekeeping::tidy(db).unwrap();
    let third = open();
    assert_eq!(listed(&person(db, &third)), [(third.session_id, true)]);
    assert!(refreshed(db, &second.refresh_token).is_err());
}

/// The body of the newest mail to an address.
fn newest_mail(db: &TestDatabase, address: &str) -> String {
    use diesel::prelude::*;
    use townbridge::db::schema::outbox_mails;
    let address = address.to_owned();
    db.db
        .read(|db| {
            Ok(townbridge::on!(db, conn => outbox_mails::table
                .filter(outbox_mails::recipient.eq(&address))
                .order(outbox_mails::id.desc())
                .select(outbox_mails::body)
                .first(conn))?)
        })
        .unwrap()
}

fn invited(db: &TestDatabase, manager: &Caller, org: OrgId) -> String {
    let command = CreateInvitation { mail: "New@Example.com".into(), role: Role::OrgMember };
    invitations::create(db, manager, org, &command).unwrap();
    token_in(&newest_mail(db, "new@example.com"))
}

fn an_invitation_is_listed_replaced_and_accepted_once(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let roles = vec![GrantRole::in_org(Role::OrgAdmin, org.id)];
    let user = account(db, "boss@example.com", "周试", roles);
    let tokens = open_session(db, &Caller::anonymous(), user, None).unwrap();
    let manager = person(db, &tokens);
    let old = invited(db, &manager, org.id);
    let new = invited(db, &manager, org.id);
    let listed = || {
        let query = ListMembers { limit: None, after: None };
        invitations::list(db, &manager, org.id, &query).unwrap().items
    };
    assert_eq!(listed().len(), 1, "the older one is replaced");
    assert!(invitations::show(db, &old).is_err());
    assert_eq!(invitations::show(db, &new).unwrap().mail, "new@example.com");
    let accept = AcceptInvitation {
        token: new.clone(),
        name: Some("新人".to_owned()),
        password: Some(PASSWORD.to_owned()),
        consent: Some(CONSENT.to_owned()),
    };
    let accepted = invitations::accept(db, &Caller::anonymous(), &accept).unwrap();
    assert!(accepted.account_created);
    assert!(invitations::accept(db, &Caller::anonymous(), &accept).is_err());
    let tokens = open_session(db, &Caller::anonymous(), accepted.user_id, None).unwrap();
    let member = person(db, &tokens).principal.unwrap();
    assert!(member.works_for(org.id));
}

fn accounts_are_listed_by_text_role_and_region(db: &TestDatabase) {
    account(db, "a@example.com", "百分之100%_甲", Vec::new());
    let town = vec![GrantRole::in_region(Role::Liaison, GUZHEN)];
    account(db, "b@example.com", "专员乙", town);
    let city = vec![GrantRole::in_region(Role::Officer, "4420")];
    account(db, "C@Example.com", "主管丙", city);
    let admin = caller(Role::PlatformAdmin, None, None);
    let found = |query: ListUsers| {
        let page = users::list(db, &admin, &query).unwrap();
        page.items.into_iter().map(|user| user.name).collect::<Vec<_>>().join(" ")
    };
    let text = |text: &str| found(ListUsers { q: Some(text.to_owned()), ..ListUsers::default() });
    assert_eq!(found(ListUsers::default()), "主管丙 专员乙 百分之100%_甲");
    assert_eq!(text("100%_"), "百分之100%_甲");
    assert_eq!(text("%"), "百分之100%_甲");
    assert_eq!(text("乙"), "专员乙");
    assert_eq!(text("c@example"), "主管丙");
    let role = ListUsers { role: Some(Role::Liaison), ..ListUsers::default() };
    assert_eq!(found(role), "专员乙");
    let region = ListUsers { region: Some("4420".to_owned()), ..ListUsers::default() };
    assert_eq!(found(region), "主管丙 专员乙");
    let first = ListUsers { limit: Some(2), ..ListUsers::default() };
    let page = users::list(db, &admin, &first).unwrap();
    let rest = ListUsers { after: page.next, ..ListUsers::default() };
    assert_eq!(found(rest), "百分之100%_甲");
}
