//! What may be sent to a model server: the one place that decides it.
//!
//! Of a record only text up to the tier that `embeddings.send` names, and of an open record alone: a
//! draft is for its author. What is asked with is bound by the same, and besides by what the asker
//! may read. Free text belongs to the asker, and is sent unless `embeddings.send_free_text` forbids
//! it.

use search_index::{Document, Profile};

use super::model::{Recipe, fingerprint};
use crate::config::SentTexts;

/// The text of a record up to a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierText {
    /// The tier.
    pub tier: i32,
    /// The text.
    pub text: String,
}

impl TierText {
    /// What tells it from another text, whichever model it is for.
    pub fn hash(&self) -> String {
        fingerprint(&self.text)
    }

    /// What is sent of it.
    pub fn passage(&self, recipe: &Recipe) -> String {
        format!("{}{}", recipe.passage_prefix, cut(&self.text, recipe.max_text_chars))
    }
}

/// The texts of a record that are sent, one for each tier at which there is more.
pub fn of_document(document: &Document, send: SentTexts) -> Vec<TierText> {
    let by_tier = document.texts_by_tier().into_iter();
    by_tier
        .filter(|(tier, _)| *tier < send.tiers())
        .map(|(tier, body)| TierText {
            tier: i32::try_from(tier).unwrap_or(i32::MAX),
            text: format!("{}\n{body}", document.title),
        })
        .collect()
}

/// What is asked with: title and running text, each sent by itself, since the title counts more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The title.
    pub title: String,
    /// The running text.
    pub body: String,
}

impl Question {
    /// A record, as far as it is sent and readers of `tiers` tiers may read it.
    pub fn of_document(document: &Document, send: SentTexts, tiers: usize) -> Option<Self> {
        let free = send.tiers().min(tiers);
        let mut by_tier = document.texts_by_tier().into_iter();
        let (_, body) = by_tier.rfind(|(tier, _)| *tier < free)?;
        Some(Self { title: document.title.clone(), body })
    }

    /// Free text.
    pub fn of_profile(profile: &Profile) -> Self {
        let (titles, bodies): (Vec<_>, Vec<_>) =
            profile.parts.iter().partition(|part| part.weight >= 1.0);
        let joined = |parts: Vec<&search_index::TextPart>| {
            parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n")
        };
        Self { title: joined(titles), body: joined(bodies) }
    }

    /// What is sent, with what each counts, where running text counts `body` beside a title.
    pub fn passages(&self, recipe: &Recipe, body: f32) -> Vec<(String, f32)> {
        [(&self.title, 1.0), (&self.body, body)]
            .into_iter()
            .filter(|(text, weight)| !text.trim().is_empty() && *weight > 0.0)
            .map(|(text, weight)| {
                let text = cut(text, recipe.max_text_chars);
                (format!("{}{text}", recipe.query_prefix), weight)
            })
            .collect()
    }
}

/// The first characters of a text, without white space around them.
fn cut(text: &str, chars: usize) -> &str {
    let text = text.trim();
    let end = text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    text[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use search_index::Kind;

    use super::*;
    use crate::config::{Config, Overrides};

    fn document() -> Document {
        let mut document = Document::new("d", Kind::Need, "标题");
        document.open = true;
        document.texts = ["公开".into(), String::new(), "经纪".into(), "内部".into()];
        document
    }

    fn tiers(send: SentTexts) -> Vec<i32> {
        of_document(&document(), send).into_iter().map(|text| text.tier).collect()
    }

    #[test]
    fn only_what_the_settings_allow_leaves_the_program() {
        assert_eq!(tiers(SentTexts::Public), [0]);
        assert_eq!(tiers(SentTexts::Members), [0]);
        assert_eq!(tiers(SentTexts::Brokers), [0, 2]);
        assert_eq!(tiers(SentTexts::All), [0, 2, 3]);
        let public = of_document(&document(), SentTexts::Public).remove(0);
        assert_eq!(public.text, "标题\n公开\n");
        let draft = Document { open: false, ..document() };
        assert!(of_document(&draft, SentTexts::All).is_empty());
        // Not even the title of what members alone may find is public.
        let closed = Document { open_from: 1, ..document() };
        assert!(of_document(&closed, SentTexts::Public).is_empty());
        assert_eq!(of_document(&closed, SentTexts::Members).len(), 1);
    }

    #[test]
    fn a_question_says_no_more_than_its_asker_may_read() {
        let asked = |send, tiers| Question::of_document(&document(), send, tiers);
        let body = |send, tiers| asked(send, tiers).unwrap().body;
        assert_eq!(body(SentTexts::All, 1), "公开\n");
        assert_eq!(body(SentTexts::All, 3), "公开\n经纪\n");
        assert_eq!(body(SentTexts::Public, 4), "公开\n");
        let draft = Document { open: false, ..document() };
        assert_eq!(Question::of_document(&draft, SentTexts::All, 4), None);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut(" 陶瓷釉料 ", 2), "陶瓷");
        assert_eq!(cut("陶瓷 釉料", 3), "陶瓷");
        assert_eq!(cut("陶瓷", 9), "陶瓷");
        let config = Config::load(None, &Overrides::default()).unwrap().embeddings;
        let recipe =
            Recipe { query_prefix: "query: ".to_owned(), max_text_chars: 2, ..Recipe::of(&config) };
        let question = Question { title: "陶瓷釉料".to_owned(), body: " ".to_owned() };
        assert_eq!(question.passages(&recipe, 0.5), [("query: 陶瓷".to_owned(), 1.0)]);
    }
}
