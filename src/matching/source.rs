//! What asks for matches: a need, a capability or free text, as far as the caller may see it. What
//! is hidden from the caller must not steer what the caller gets, so the profile is made from
//! redacted fields.

use search_index::{MatchSettings, Profile, TextPart};

use super::evidence::Evidence;
use super::query::MatchText;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::capabilities::model::CapabilityId;
use crate::db::Db;
use crate::error::Result;
use crate::needs::model::NeedId;
use crate::{capabilities, code_enum, needs};

code_enum!(
    /// What the source is.
    Origin {
        /// A need on record.
        Need = "need",
        /// A capability on record.
        Capability = "capability",
        /// Text that was sent along.
        Text = "text",
    }
);

/// A source of matches.
#[derive(Debug, Clone)]
pub struct Source {
    /// What it is.
    pub origin: Origin,
    /// Text and conditions.
    pub profile: Profile,
    /// Its owner, when the caller may know: an organisation's own records are no news to it.
    pub known_org: Option<OrgId>,
    /// Names of fields that hold something the caller may not see.
    pub withheld: Vec<String>,
    /// What it asks for or what it says.
    pub evidence: Evidence,
}

impl Source {
    /// The title, or the first line of a free text.
    pub fn title(&self) -> &str {
        self.profile.parts.first().map_or("", |part| part.text.as_str())
    }
}

/// A need as source.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound) when there is none, or it is not for the
/// caller.
pub fn need(app: &App, db: &mut Db, caller: &Caller, id: NeedId) -> Result<Source> {
    let seen = needs::ops::find(db, caller, id)?;
    let (fields, withheld) = seen.redacted()?;
    let settings = &app.match_settings;
    let mut profile =
        needs::document::profile(&seen.row, &fields, &seen.owner, &app.reference, settings);
    let knows_org = seen.knows_owner();
    if !knows_org {
        profile.org_type = String::new();
    }
    let known_org = knows_org.then_some(seen.row.org_id);
    let evidence = Evidence::of_need(&fields);
    Ok(Source { origin: Origin::Need, profile, known_org, withheld, evidence })
}

/// A capability as source.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound) when there is none, or it is not for the
/// caller.
pub fn capability(app: &App, db: &mut Db, caller: &Caller, id: CapabilityId) -> Result<Source> {
    let seen = capabilities::ops::find(db, caller, id)?;
    let (fields, withheld) = seen.redacted()?;
    let (row, settings) = (&seen.row, &app.match_settings);
    let mut profile =
        capabilities::document::profile(row, &fields, &seen.owner, &app.reference, settings);
    let knows_org = seen.knows_owner();
    if !knows_org {
        profile.org_type = String::new();
    }
    let known_org = knows_org.then_some(row.org_id);
    let evidence = Evidence::of_capability(&fields);
    Ok(Source { origin: Origin::Capability, profile, known_org, withheld, evidence })
}

/// Free text as source. It has been checked.
pub fn text(app: &App, given: &MatchText) -> Source {
    let region_code = given.region_code.clone().unwrap_or_default();
    let profile = Profile {
        side: given.side.into(),
        parts: parts(given, &app.match_settings),
        industry_codes: given.industry_codes.clone(),
        tech_field: given.tech_field.clone(),
        region_group: app.reference.region_group(&region_code).to_owned(),
        region_code,
        trl: given.trl,
        target_trl: given.target_trl,
        budget_min: given.budget_min.map(|money| money.0),
        budget_max: given.budget_max.map(|money| money.0),
        budget_negotiable: given.budget_negotiable,
        min_budget: given.min_budget.map(|money| money.0),
        cooperation_modes: given.cooperation_modes.clone(),
        partner_types: given.partner_types.clone(),
        org_type: given.org_type.clone().unwrap_or_default(),
        preferred_regions: given.preferred_regions.clone(),
        excluded_regions: given.excluded_regions.clone(),
        ..Profile::default()
    };
    let evidence = Evidence::of_text(given);
    Source { origin: Origin::Text, profile, known_org: None, withheld: Vec::new(), evidence }
}

/// The text as parts. Without a title the first line stands in for it: people put the main thing
/// first, and a text without any full-weight part would rank by its running text alone.
fn parts(given: &MatchText, settings: &MatchSettings) -> Vec<TextPart> {
    let trimmed = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let (title, text) = (trimmed(&given.title), trimmed(&given.text));
    let (title, text) = match (title.is_empty(), text.split_once('\n')) {
        (false, _) => (title, text),
        (true, Some((first, rest))) => (first.trim().to_owned(), rest.trim().to_owned()),
        (true, None) => (text, String::new()),
    };
    let mut parts = vec![TextPart::title(title)];
    if !text.is_empty() {
        parts.push(TextPart::body("text", text, settings));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(title: &str, text: &str) -> Vec<(String, String)> {
        let given = MatchText {
            title: Some(title.to_owned()),
            text: Some(text.to_owned()),
            ..MatchText::default()
        };
        let parts = parts(&given, &MatchSettings::default());
        parts.into_iter().map(|part| (part.field, part.text)).collect()
    }

    #[test]
    fn without_a_title_the_first_line_is_the_title() {
        let pair = |field: &str, text: &str| (field.to_owned(), text.to_owned());
        assert_eq!(fields("甲", "乙\n丙"), [pair("title", "甲"), pair("text", "乙\n丙")]);
        assert_eq!(fields(" ", "乙\n丙\n丁"), [pair("title", "乙"), pair("text", "丙\n丁")]);
        assert_eq!(fields("", "乙"), [pair("title", "乙")]);
        assert_eq!(fields("甲", ""), [pair("title", "甲")]);
    }
}
