//! Endpoints and what is on its way to them.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{Language, OrgId, UserId};
use crate::db::Timestamp;
use crate::db::schema::{deliveries, endpoints};
use crate::db::types::Json;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;
use crate::{code_enum, id_type};

id_type!(
    /// Id of an endpoint.
    EndpointId
);
id_type!(
    /// Id of a delivery: of one message to one endpoint.
    DeliveryId
);
id_type!(
    /// Id of a message, the same for all who receive it.
    MessageId
);

code_enum!(
    /// What an endpoint is.
    EndpointKind {
        /// 企业微信群机器人
        Wecom = "wecom",
        /// 钉钉群机器人
        Dingtalk = "dingtalk",
        /// 飞书群机器人
        Feishu = "feishu",
        /// An address that takes Standard Webhooks.
        Webhook = "webhook",
    }
);

impl EndpointKind {
    /// Whether it speaks to a group of people.
    pub fn is_robot(self) -> bool {
        self != Self::Webhook
    }
}

code_enum!(
    /// What has become of a delivery.
    DeliveryState {
        /// Still to be sent.
        Waiting = "waiting",
        /// Taken by the receiver.
        Sent = "sent",
        /// Given up.
        Dead = "dead",
    }
);

/// Who is told: an organisation, or the office of a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    /// An organisation.
    Org(OrgId),
    /// The office of exactly this region.
    Region(String),
}

/// An endpoint as stored. Not printable: address and secrets let others speak in our name.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = endpoints, treat_none_as_null = true)]
pub struct Endpoint {
    /// Id.
    pub id: EndpointId,
    /// What it is.
    pub kind: EndpointKind,
    /// What its people call it.
    pub name: String,
    /// Whose it is, if an organisation's.
    pub org_id: Option<OrgId>,
    /// Whose it is, if that of a region's office.
    pub region_code: Option<String>,
    /// Where it is.
    pub url: String,
    /// What messages are signed with.
    pub secret: Option<String>,
    /// What they were signed with before, and are beside it for a while.
    pub old_secret: Option<String>,
    /// Until when.
    pub old_until: Option<Timestamp>,
    /// Since when it has not been reached.
    pub failing_since: Option<Timestamp>,
    /// What it is told; everything when empty.
    pub events: Json<Vec<NoticeKind>>,
    /// Tag of the language of what robots say.
    pub language: String,
    /// Whether it is told anything.
    pub active: bool,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// Number of the version.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Endpoint {
    /// Language of what robots say.
    pub fn language(&self) -> Language {
        Language::from_tag(&self.language)
    }

    /// Whether it wants to be told of such events.
    pub fn wants(&self, kind: NoticeKind) -> bool {
        let events = &self.events.0;
        self.active && (events.is_empty() || events.contains(&kind) || kind == NoticeKind::Test)
    }

    /// Whether it is told of such events by name.
    pub fn has_chosen(&self, kind: NoticeKind) -> bool {
        self.active && self.events.0.contains(&kind)
    }
}

/// A delivery as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    /// Id.
    pub id: DeliveryId,
    /// To whom.
    pub endpoint_id: EndpointId,
    /// What: an endpoint gets a message once.
    pub message_id: MessageId,
    /// What it tells.
    pub kind: NoticeKind,
    /// Kind of the record it is about.
    pub record_kind: Option<RecordKind>,
    /// Id of that record.
    pub record_id: Option<String>,
    /// Particulars.
    pub data: Json<NoticeData>,
    /// What has become of it.
    pub state: DeliveryState,
    /// Attempts made.
    pub attempts: i32,
    /// When the last of them began.
    pub attempted_at: Option<Timestamp>,
    /// When to try next.
    pub next_attempt_at: Timestamp,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When the receiver took it.
    pub sent_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
    /// What a group is told, as it read then; none for programs.
    pub said: Option<String>,
}

/// An endpoint to be made: for an organisation that one manages, or the office of one's region.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEndpoint {
    /// What it is.
    pub kind: EndpointKind,
    /// What its people call it.
    pub name: String,
    /// The organisation whose it is; otherwise `region_code`.
    #[serde(default)]
    pub org_id: Option<OrgId>,
    /// The region whose office it is.
    #[serde(default)]
    pub region_code: Option<String>,
    /// Address as the group's settings show it, or that of the receiver. It is not shown again.
    pub url: String,
    /// The secret for signing (加签) of `dingtalk` and `feishu`. A `webhook` may bring one
    /// (`whsec_…`); otherwise one is made, to be fetched by `POST /endpoints/{id}/secret`.
    #[serde(default)]
    pub secret: Option<String>,
    /// What it is told; everything when left out.
    #[serde(default)]
    pub events: Vec<NoticeKind>,
    /// Language of what robots say: `zh-CN` (default) or `en`.
    #[serde(default)]
    pub language: Option<String>,
}

/// What may be changed of an endpoint.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointFields {
    /// What its people call it.
    pub name: String,
    /// Address; it is not shown again.
    pub url: String,
    /// Another secret of a robot.
    #[serde(default)]
    pub secret: Option<String>,
    /// What it is told; everything when empty.
    #[serde(default)]
    pub events: Vec<NoticeKind>,
    /// Language of what robots say.
    pub language: String,
    /// `false` pauses it: nothing is told it until it is active again.
    pub active: bool,
}

/// An endpoint as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EndpointView {
    /// Id.
    pub id: EndpointId,
    /// What it is.
    pub kind: EndpointKind,
    /// What its people call it.
    pub name: String,
    /// The organisation whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// The region whose office it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_code: Option<String>,
    /// Name of that region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_name: Option<String>,
    /// Host of its address, and the end of the address.
    pub address: String,
    /// Whether messages are signed.
    pub signed: bool,
    /// Until when messages are signed with the secret before as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_secret_until: Option<Timestamp>,
    /// What it is told; everything when empty.
    pub events: Vec<NoticeKind>,
    /// Language of what robots say.
    pub language: String,
    /// Whether it is told anything.
    pub active: bool,
    /// Since when it has not been reached; it is paused when that has lasted for
    /// `outbound.pause_after_days`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// Number of the version.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A secret, shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FreshSecret {
    /// The secret: `whsec_` and base64.
    pub secret: String,
    /// Until when messages are signed with the secret before as well.
    pub old_secret_until: Timestamp,
}

/// A delivery as shown.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct DeliveryView {
    /// Id.
    pub id: DeliveryId,
    /// To whom.
    pub endpoint_id: EndpointId,
    /// Name of the endpoint.
    pub endpoint_name: String,
    /// Id of the message, as the receiver sees it.
    pub message_id: String,
    /// What it tells.
    pub kind: NoticeKind,
    /// What has become of it.
    pub state: DeliveryState,
    /// Attempts made.
    pub attempts: i32,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When the receiver took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// Which endpoints to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListEndpoints {
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListDeliveries {
    /// Only to this endpoint.
    pub endpoint_id: Option<EndpointId>,
    /// Only in this state; `dead` are those that were given up.
    pub state: Option<DeliveryState>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}
