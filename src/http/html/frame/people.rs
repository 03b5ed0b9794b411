//! What templates know about the person who reads.

use super::Frame;
use crate::accounts::principal::UserId;
use crate::accounts::privacy::consents;
use crate::accounts::privacy::model::ConsentPurpose;

impl Frame {
    /// Name of the person who is signed in.
    pub fn person(&self) -> Option<&str> {
        self.caller.principal.as_ref().map(|principal| principal.name.as_str())
    }

    /// Whether this person is the reader.
    pub fn is_me(&self, person: &UserId) -> bool {
        self.caller.actor_id() == Some(*person)
    }

    /// The text on personal data that is in force: its version and what it says; empty when an
    /// operator's table lacks it.
    pub fn consent_text(&self) -> (String, String) {
        let found = consents::in_force(&self.app, ConsentPurpose::Account);
        found.map_or_else(
            |_| Default::default(),
            |text| (text.version.clone(), text.said(self.caller.language).to_owned()),
        )
    }
}
