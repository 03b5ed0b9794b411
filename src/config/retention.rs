//! `[retention]`: how long what is personal and has no legal duty to stay is kept.

use serde::Deserialize;

/// `[retention]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct RetentionConfig {
    pub notices_days: u32,
    pub sent_mails_days: u32,
    pub dead_mails_days: u32,
    pub sent_messages_days: u32,
    pub dead_messages_days: u32,
    pub drafts_days: u32,
    pub subscription_finds_days: u32,
    pub visit_people_days: u32,
    pub visit_files_days: u32,
    pub kept_forms_days: u32,
}

impl RetentionConfig {
    /// Every period by its name.
    pub(super) fn periods(&self) -> [(&'static str, u32); 10] {
        [
            ("retention.notices_days", self.notices_days),
            ("retention.sent_mails_days", self.sent_mails_days),
            ("retention.dead_mails_days", self.dead_mails_days),
            ("retention.sent_messages_days", self.sent_messages_days),
            ("retention.dead_messages_days", self.dead_messages_days),
            ("retention.drafts_days", self.drafts_days),
            ("retention.subscription_finds_days", self.subscription_finds_days),
            ("retention.visit_people_days", self.visit_people_days),
            ("retention.visit_files_days", self.visit_files_days),
            ("retention.kept_forms_days", self.kept_forms_days),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Overrides};

    fn load(text: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("townbridge.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file), &Overrides::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_period_of_a_release_before_is_refused_with_its_new_name() {
        let error = load("[notices]\nkeep_days = 30\n").unwrap_err();
        assert_eq!(error, "setting notices.keep_days is named retention.notices_days now");
        let error = load("[retention]\ndrafts_days = 40000\n").unwrap_err();
        assert!(error.starts_with("setting retention.drafts_days must be "), "{error}");
        assert_eq!(load("[retention]\nnotices_days = 0\n").unwrap().retention.notices_days, 0);
    }
}
