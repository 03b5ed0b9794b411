//! Addresses of the search page: the present one with something changed.

/// Parameters that the page understands; others (such as those that advertisers add) are dropped.
const KNOWN: [&str; 18] = [
    "q",
    "kind",
    "subkind",
    "org_type",
    "town",
    "city",
    "region",
    "region_group",
    "industry",
    "tech_field",
    "trl_min",
    "trl_max",
    "cooperation_mode",
    "budget_min",
    "budget_max",
    "sort",
    "grouped",
    "after",
];
/// Parameters that are no restriction of what is found.
const NO_FILTERS: [&str; 5] = ["q", "kind", "sort", "grouped", "after"];

/// The parameters of one search, in order.
#[derive(Debug, Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Keeps what is known and not empty.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        let known = |name: &str| KNOWN.contains(&name);
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name, value.trim().to_owned()))
                .filter(|(name, value)| known(name) && !value.is_empty())
                .collect(),
        )
    }

    /// A parameter's value; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    /// The parameters that restrict what is found.
    pub fn filters(&self) -> Vec<(String, String)> {
        self.0.iter().filter(|(name, _)| !NO_FILTERS.contains(&name.as_str())).cloned().collect()
    }

    /// What a form has to carry along beside the text.
    pub fn kept(&self) -> Vec<(String, String)> {
        let kept = |name: &str| name != "q" && name != "after";
        self.0.iter().filter(|(name, _)| kept(name)).cloned().collect()
    }

    /// As a query string.
    pub fn query(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Address with one parameter set, or taken away when the value is empty. What belongs to the
    /// old list only (its cursor) goes.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut changed = self.clone();
        changed.0.retain(|(one, _)| one != name && one != "after");
        if !value.is_empty() {
            changed.0.push((name.to_owned(), value.to_owned()));
        }
        changed.address()
    }

    /// Address of another kind of record: restrictions of the old kind need not make sense there.
    pub fn with_kind(&self, kind: &str) -> String {
        let mut changed = self.clone();
        changed.0.retain(|(one, _)| ["q", "city", "town", "region"].contains(&one.as_str()));
        if !kind.is_empty() {
            changed.0.push(("kind".to_owned(), kind.to_owned()));
        }
        changed.address()
    }

    /// Address without any restriction.
    pub fn cleared(&self) -> String {
        let mut changed = self.clone();
        changed.0.retain(|(one, _)| one == "q" || one == "kind" || one == "sort");
        changed.address()
    }

    /// Address where one may subscribe to the search; none where nothing restricts it.
    pub fn subscription(&self) -> Option<String> {
        let mut kept = self.clone();
        kept.0.retain(|(name, _)| !["sort", "grouped", "after"].contains(&name.as_str()));
        (!kept.0.is_empty()).then(|| format!("/subscriptions/new?{}", kept.query()))
    }

    fn address(&self) -> String {
        match self.query() {
            query if query.is_empty() => "/search".to_owned(),
            query => format!("/search?{query}"),
        }
    }
}

fn encoded(text: &str) -> String {
    match askama::filters::urlencode_strict(text) {
        Ok(text) => text.0.to_string(),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::new(pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
    }

    #[test]
    fn a_choice_keeps_the_rest_and_drops_the_cursor() {
        let now = parameters(&[("q", "a&b"), ("city", "4420"), ("after", "x"), ("sort", "")]);
        assert_eq!(now.with("industry", "C38"), "/search?q=a%26b&city=4420&industry=C38");
        assert_eq!(now.with("city", ""), "/search?q=a%26b");
        assert_eq!(now.with_kind("need"), "/search?q=a%26b&city=4420&kind=need");
        assert_eq!(now.cleared(), "/search?q=a%26b");
        let subscription = now.subscription().unwrap();
        assert_eq!(subscription, "/subscriptions/new?q=a%26b&city=4420");
        assert_eq!(parameters(&[("sort", "newest")]).subscription(), None);
    }

    #[test]
    fn foreign_parameters_are_dropped() {
        assert_eq!(parameters(&[("utm_source", "x"), ("facets", "all")]).query(), "");
    }
}
