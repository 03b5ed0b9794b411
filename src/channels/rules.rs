//! What an endpoint must be like.

use super::guard::{Guard, Refusal};
use super::model::EndpointKind;
use super::signing;
use crate::accounts::users::model::check_language;
use crate::app::App;
use crate::notices::model::NoticeKind;
use crate::validation::Checker;

/// Letters that a robot's secret may have.
const SECRET_LENGTH: std::ops::RangeInclusive<usize> = 8..=200;

/// What is checked of an endpoint.
pub(super) struct Draft<'a> {
    pub kind: EndpointKind,
    pub name: &'a str,
    pub url: &'a str,
    /// The secret that the caller names, and whether one must be named.
    pub secret: (Option<&'a str>, bool),
    pub events: &'a [NoticeKind],
    pub language: &'a str,
}

/// Adds what is wrong.
pub(super) fn check(checker: &mut Checker, app: &App, draft: &Draft<'_>) {
    checker.name("/name", Some(draft.name));
    checker.line("/name", Some(draft.name), 0, 60);
    if let Err(refusal) = Guard::new(&app.config.outbound).check(draft.url) {
        let reason = match refusal {
            Refusal::Unusable => "field.web_address",
            Refusal::Plain => "field.https_only",
            Refusal::Private => "field.private_address",
        };
        checker.fail("/url", reason);
    }
    check_language(checker, "/language", Some(draft.language));
    let announced = draft.events.iter().all(|kind| kind.is_announced());
    checker.ensure(announced, "/events", "field.not_announced");
    let (secret, needed) = draft.secret;
    match (draft.kind, secret) {
        (EndpointKind::Wecom, secret) => {
            checker.ensure(secret.is_none(), "/secret", "field.no_secret_here");
        }
        (EndpointKind::Dingtalk | EndpointKind::Feishu, None) => {
            checker.ensure(!needed, "/secret", "field.required");
        }
        (EndpointKind::Dingtalk | EndpointKind::Feishu, Some(secret)) => {
            let fits = SECRET_LENGTH.contains(&secret.len())
                && secret.bytes().all(|byte| byte.is_ascii_graphic());
            checker.ensure(fits, "/secret", "field.secret");
        }
        (EndpointKind::Webhook, secret) => {
            let fits = secret.is_none_or(|secret| signing::webhook_key(secret).is_some());
            checker.ensure(fits, "/secret", "field.webhook_secret");
        }
    }
}
