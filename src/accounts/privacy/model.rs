//! Consents as stored and shown.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{Language, UserId};
use crate::db::Timestamp;
use crate::db::schema::consents;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a consent.
    ConsentId
);

code_enum!(
    /// What a person is asked to agree to.
    ConsentPurpose {
        /// 账户个人信息处理
        Account = "account",
        /// 专家信息展示
        ExpertProfile = "expert_profile",
    }
);

/// A text that people agree to: a row of `consent_texts.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConsentText {
    /// What for.
    pub purpose: ConsentPurpose,
    /// Its version: the last one of a purpose is in force.
    pub version: String,
    /// The text in Chinese, which holds.
    pub text_zh: String,
    /// The text in English.
    pub text_en: String,
}

impl ConsentText {
    /// What it says.
    pub fn said(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.text_zh,
            Language::English => &self.text_en,
        }
    }
}

/// That somebody has agreed to a text, for an expert's profile who set how far it is shown, or has taken that back. Rows are added and never changed.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = consents)]
pub struct Consent {
    /// Id; in the order of time.
    pub id: ConsentId,
    /// Who.
    pub user_id: UserId,
    /// What for.
    pub purpose: ConsentPurpose,
    /// The profile that it is about, for those of experts.
    pub record_id: Option<String>,
    /// Version of the text.
    pub version: String,
    /// Whether it was given; otherwise it was taken back.
    pub given: bool,
    /// When.
    pub created_at: Timestamp,
}

/// Where a person stands towards the text in force.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ConsentView {
    /// What for.
    pub purpose: ConsentPurpose,
    /// Version of the text in force.
    pub version: String,
    /// The text, in the language of the caller.
    pub text: String,
    /// Whether the person has agreed to this version.
    pub given: bool,
    /// Version that the person has said something about last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_version: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
}

/// Agrees to a text, or takes that back.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveConsent {
    /// What for.
    pub purpose: ConsentPurpose,
    /// Version of the text that was read; it must be in force.
    pub version: String,
    /// Whether it is given.
    pub given: bool,
}
