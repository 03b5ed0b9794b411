//! Signing in, one's own account, the people of an organisation, roles.

use serde_json::json;
use townbridge::accounts::invitations::model::CreateInvitation;
use townbridge::accounts::invitations::ops as invitations;
use townbridge::accounts::ops::open_session;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::UserView;

use super::world::{Call, GUZHEN, Who, World};
use super::{ALL, OTHER_ORGS, OTHERS, OWN_AND_REVIEWERS, REVIEWERS, Row, SIGNED_IN};
use crate::support::{CONSENT, PASSWORD, credit_code, token_in};

const WRONG: &str = "a wrong secret";
const MANAGER_AND_ADMIN: &[(u16, &str)] = &[
    (401, "visitor"),
    (403, OTHERS),
    (403, "member liaison city province"),
    (200, "manager admin"),
];

/// Somebody new of our own organisation.
fn colleague(world: &World) -> UserView {
    world.new_user(GrantRole::in_org(Role::OrgMember, world.own.id), None)
}

/// An invitation to our own organisation: its path and its secret.
fn invitation(world: &World) -> (String, String) {
    let mail = format!("invited{}@example.com", world.number());
    let command = CreateInvitation { mail: mail.clone(), role: Role::OrgMember };
    let caller = Caller::system("test");
    let view = invitations::create(&world.app, &caller, world.own.id, &command).unwrap();
    let path = format!("organizations/{}/invitations/{}", world.own.id, view.id);
    (path, token_in(&world.app.mails_to(&mail)[0].body))
}

/// Id of a further session of the caller; any id for visitors.
fn session(world: &World, who: Who) -> String {
    let Some(account) = world.user(who) else { return uuid::Uuid::now_v7().to_string() };
    let service = world.app.service();
    let tokens = open_session(service, &Caller::anonymous(), account.id, None).unwrap();
    service.keyring.check(service, &tokens.access_token).unwrap().sid.to_string()
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "register_organization",
        on: "a new organisation",
        call: |world, _| {
            let number = world.number();
            Call::to("auth/register").with(json!({
                "organization": {
                    "name": format!("第{number}号新登记厂"),
                    "uscc": credit_code(600_000 + number),
                    "org_type": "enterprise",
                    "region_code": "4420",
                    "town_code": GUZHEN,
                    "industry_code": "C3872",
                    "scale": "small",
                    "contact": { "name": "何试", "phone": "0760-5550177", "mail": "he@example.com" }
                },
                "name": "登记人",
                "mail": format!("registrant{number}@example.com"),
            }))
        },
        expect: &[(202, ALL)],
    },
    Row {
        operation: "sign_in",
        on: "the own account",
        call: |world, who| {
            let mail = world.user(who).map_or("nobody@example.com", |one| one.mail.as_str());
            Call::to("auth/sign-in").with(json!({ "mail": mail, "password": PASSWORD }))
        },
        expect: &[(200, SIGNED_IN), (401, "visitor")],
    },
    Row {
        operation: "refresh_tokens",
        on: WRONG,
        call: |_, _| Call::to("auth/refresh").with(json!({ "refresh_token": "x" })),
        expect: &[(401, ALL)],
    },
    Row {
        operation: "sign_out",
        on: "a session of one's own",
        call: |world, who| Call::to("auth/sign-out").by(world.another_session(who)),
        expect: &[(401, "visitor"), (204, SIGNED_IN)],
    },
    Row {
        operation: "request_password_reset",
        on: "any address",
        call: |_, _| {
            Call::to("auth/request-password-reset").with(json!({ "mail": "any@example.com" }))
        },
        expect: &[(202, ALL)],
    },
    Row {
        operation: "reset_password",
        on: WRONG,
        call: |_, _| {
            let body = json!({ "token": "x", "password": "another long password" });
            Call::to("auth/reset-password").with(body)
        },
        expect: &[(422, ALL)],
    },
    Row {
        operation: "verify_mail",
        on: WRONG,
        call: |_, _| Call::to("auth/verify-mail").with(json!({ "token": "x" })),
        expect: &[(422, ALL)],
    },
    Row {
        operation: "decline_registration",
        on: WRONG,
        call: |_, _| Call::to("auth/decline-registration").with(json!({ "token": "x" })),
        expect: &[(422, ALL)],
    },
    Row {
        operation: "resend_verification",
        on: "any address",
        call: |_, _| {
            Call::to("auth/resend-verification").with(json!({ "mail": "any@example.com" }))
        },
        expect: &[(202, ALL)],
    },
    Row {
        operation: "show_invitation",
        on: "a good link",
        call: |world, _| {
            Call::to("auth/show-invitation").with(json!({ "token": invitation(world).1 }))
        },
        expect: &[(200, ALL)],
    },
    Row {
        operation: "accept_invitation",
        on: "an invitation of somebody without an account",
        call: |world, _| {
            let token = invitation(world).1;
            let body = json!({ "token": token, "name": "新人", "password": PASSWORD,
                "consent": CONSENT });
            Call::to("auth/accept-invitation").with(body)
        },
        expect: &[(200, "visitor"), (403, SIGNED_IN)],
    },
    Row {
        operation: "show_own_account",
        on: "the own account",
        call: |_, _| Call::to("me"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "update_own_account",
        on: "the own account",
        call: |_, _| Call::to("me").on(1).with(json!({ "language": "en" })),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "change_password",
        on: "the own account",
        call: |_, _| {
            let body = json!({ "current_password": PASSWORD, "new_password": PASSWORD });
            Call::to("me/password").with(body)
        },
        expect: &[(401, "visitor"), (204, SIGNED_IN)],
    },
    Row {
        operation: "list_sessions",
        on: "the own ones",
        call: |_, _| Call::to("me/sessions"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "end_session",
        on: "another one of one's own",
        call: |world, who| Call::to(format!("me/sessions/{}", session(world, who))),
        expect: &[(401, "visitor"), (204, SIGNED_IN)],
    },
    Row {
        operation: "end_session",
        on: "one of somebody else's",
        call: |world, who| {
            let other = if who == Who::Member { Who::Manager } else { Who::Member };
            Call::to(format!("me/sessions/{}", session(world, other)))
        },
        expect: &[(401, "visitor"), (404, SIGNED_IN)],
    },
    Row {
        operation: "list_users",
        on: "all",
        call: |_, _| Call::to("users"),
        expect: &[
            (401, "visitor"),
            (403, OTHER_ORGS),
            (403, "member manager liaison other_liaison"),
            (200, "city other_city province admin"),
        ],
    },
    Row {
        operation: "create_user",
        on: "a new account",
        call: |world, _| {
            let mail = format!("created{}@example.com", world.number());
            Call::to("users").with(json!({ "mail": mail, "name": "新人" }))
        },
        expect: &[
            (401, "visitor"),
            (403, OTHERS),
            (403, "member manager liaison city province"),
            (201, "admin"),
        ],
    },
    Row {
        operation: "show_user",
        on: "a member of our own organisation",
        call: |world, _| Call::to(format!("users/{}", colleague(world).id)),
        expect: &[
            (401, "visitor"),
            (404, OTHER_ORGS),
            (404, "member liaison other_liaison"),
            (200, "manager city other_city province admin"),
        ],
    },
    Row {
        operation: "update_user",
        on: "a member of our own organisation",
        call: |world, _| {
            let path = format!("users/{}", colleague(world).id);
            Call::to(path).on(1).with(json!({ "name": "改名" }))
        },
        expect: &[
            (401, "visitor"),
            (404, OTHER_ORGS),
            (404, "member liaison other_liaison"),
            (403, "manager city other_city province"),
            (200, "admin"),
        ],
    },
    Row {
        operation: "grant_role",
        on: "a member of our own organisation, to manage it",
        call: |world, _| {
            let path = format!("users/{}/roles", colleague(world).id);
            Call::to(path).with(json!({ "role": "org_admin", "org_id": world.own.id }))
        },
        expect: &[
            (401, "visitor"),
            (404, OTHER_ORGS),
            (404, "member liaison other_liaison"),
            (403, "city other_city province"),
            (201, "manager admin"),
        ],
    },
    Row {
        operation: "grant_role",
        on: "a member of our own organisation, to be the town's liaison",
        call: |world, _| {
            let path = format!("users/{}/roles", colleague(world).id);
            Call::to(path).with(json!({ "role": "liaison", "region_code": GUZHEN }))
        },
        expect: &[
            (401, "visitor"),
            (404, OTHER_ORGS),
            (404, "member liaison other_liaison"),
            (403, "manager other_city"),
            (201, "city province admin"),
        ],
    },
    Row {
        operation: "grant_role",
        on: "a member of our own organisation, to run the platform",
        call: |world, _| {
            let path = format!("users/{}/roles", colleague(world).id);
            Call::to(path).with(json!({ "role": "platform_admin" }))
        },
        expect: &[
            (401, "visitor"),
            (404, OTHER_ORGS),
            (404, "member liaison other_liaison"),
            (403, "manager city other_city province"),
            (201, "admin"),
        ],
    },
    Row {
        operation: "revoke_role",
        on: "a member of our own organisation",
        call: |world, _| {
            let one = colleague(world);
            Call::to(format!("users/{}/roles/{}", one.id, one.roles[0].id))
        },
        expect: &[
            (401, "visitor"),
            (404, OTHER_ORGS),
            (404, "member liaison other_liaison"),
            (403, "city other_city province"),
            (204, "manager admin"),
        ],
    },
    Row {
        operation: "list_members",
        on: "our own organisation",
        call: |world, _| Call::to(format!("organizations/{}/members", world.own.id)),
        expect: &[(401, "visitor"), (403, OTHERS), (200, OWN_AND_REVIEWERS)],
    },
    Row {
        operation: "list_members",
        on: "an organisation that waits for review",
        call: |world, _| Call::to(format!("organizations/{}/members", world.pending.id)),
        expect: &[
            (401, "visitor"),
            (404, "neighbour stranger expert member manager other_liaison other_city"),
            (200, "unverified"),
            (200, REVIEWERS),
        ],
    },
    Row {
        operation: "remove_member",
        on: "our own organisation",
        call: |world, _| {
            let path = format!("organizations/{}/members/{}", world.own.id, colleague(world).id);
            Call::to(path)
        },
        expect: &[
            (401, "visitor"),
            (403, OTHERS),
            (403, "member liaison city province"),
            (204, "manager admin"),
        ],
    },
    Row {
        operation: "list_invitations",
        on: "our own organisation",
        call: |world, _| Call::to(format!("organizations/{}/invitations", world.own.id)),
        expect: MANAGER_AND_ADMIN,
    },
    Row {
        operation: "create_invitation",
        on: "our own organisation",
        call: |world, _| {
            let mail = format!("guest{}@example.com", world.number());
            let path = format!("organizations/{}/invitations", world.own.id);
            Call::to(path).with(json!({ "mail": mail, "role": "org_member" }))
        },
        expect: &[
            (401, "visitor"),
            (403, OTHERS),
            (403, "member liaison city province"),
            (201, "manager admin"),
        ],
    },
    Row {
        operation: "withdraw_invitation",
        on: "our own organisation",
        call: |world, _| Call::to(invitation(world).0),
        expect: &[
            (401, "visitor"),
            (403, OTHERS),
            (403, "member liaison city province"),
            (204, "manager admin"),
        ],
    },
];
