//! What is sent to invite and to accept, and what is shown.

use serde::{Deserialize, Serialize};

use crate::accounts::links::model::{Link, LinkId};
use crate::accounts::principal::{Role, UserId};
use crate::code_enum;
use crate::db::Timestamp;
use crate::records::parts::OwnerView;

code_enum!(
    /// What has become of an invitation.
    InvitationState {
        /// Waits for an answer.
        Open = "open",
        /// Accepted.
        Accepted = "accepted",
        /// Too old to be accepted.
        Expired = "expired",
    }
);

/// A person to invite.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvitation {
    /// Address the invitation is sent to.
    pub mail: String,
    /// Role offered: `org_admin`, `org_member` or `expert`.
    pub role: Role,
}

/// An invitation as shown to those who manage the organisation.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct InvitationView {
    /// Id, for withdrawing it.
    pub id: LinkId,
    /// Address it was sent to.
    pub mail: String,
    /// Role offered.
    pub role: Role,
    /// What has become of it.
    pub state: InvitationState,
    /// End of validity.
    pub expires_at: Timestamp,
    /// When it was sent.
    pub created_at: Timestamp,
}

impl InvitationView {
    /// What is shown of a stored invitation; none for one that offers nothing.
    pub fn of(link: Link, now: Timestamp) -> Option<Self> {
        let state = if link.used_at.is_some() {
            InvitationState::Accepted
        } else if link.expires_at <= now {
            InvitationState::Expired
        } else {
            InvitationState::Open
        };
        Some(Self {
            id: link.id,
            mail: link.offer.0.mail?,
            role: link.offer.0.role?,
            state,
            expires_at: link.expires_at,
            created_at: link.created_at,
        })
    }
}

/// What an invitation offers to the one who holds its link.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OfferView {
    /// The organisation.
    pub org: OwnerView,
    /// Role offered.
    pub role: Role,
    /// Address it was sent to.
    pub mail: String,
    /// Whether that address has an account: then sign in to accept, otherwise give name and
    /// password.
    pub has_account: bool,
    /// End of validity.
    pub expires_at: Timestamp,
}

/// Accepting an invitation. Not printable.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// `token` of the link.
    pub token: String,
    /// Display name of the account to be made.
    #[serde(default)]
    pub name: Option<String>,
    /// Password of the account to be made.
    #[serde(default)]
    pub password: Option<String>,
    /// Version of the text on personal data (`GET /consent-texts`, `account`) that the person agrees
    /// to: needed for an account to be made.
    #[serde(default)]
    pub consent: Option<String>,
}

/// What came of an accepted invitation.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Accepted {
    /// The organisation joined.
    pub org: OwnerView,
    /// The role held now.
    pub role: Role,
    /// The person.
    pub user_id: UserId,
    /// Whether an account was made.
    pub account_created: bool,
}
