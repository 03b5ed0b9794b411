//! Adding facts up.

use std::collections::BTreeMap;

use super::dimension::Dimension;
use super::fact::{Fact, Measure};

/// Sums of the measures: counts, or 分.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures(BTreeMap<Measure, i64>);

impl Figures {
    /// Adds a fact.
    pub fn add(&mut self, fact: &Fact) {
        for measure in Measure::ALL.iter().filter(|measure| measure.kind() == fact.key.kind) {
            *self.0.entry(*measure).or_default() += measure.of(fact);
        }
    }

    /// The sums over facts.
    pub fn of<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut figures = Self::default();
        for fact in facts {
            figures.add(fact);
        }
        figures
    }

    /// A sum; nothing when there is no fact.
    pub fn sum(&self, measure: Measure) -> i64 {
        self.0.get(&measure).copied().unwrap_or_default()
    }

    /// Every measure with its sum as it is shown in JSON.
    pub fn values(&self) -> BTreeMap<&'static str, serde_json::Value> {
        let all = Measure::ALL.iter();
        all.map(|measure| (measure.as_str(), measure.value(self.sum(*measure)))).collect()
    }
}

/// Facts broken down: the sums for each combination of values that occurs, in their order.
pub fn break_down(facts: &[Fact], by: &[Dimension]) -> BTreeMap<Vec<String>, Figures> {
    let mut groups: BTreeMap<Vec<String>, Figures> = BTreeMap::new();
    for fact in facts {
        let values = by.iter().map(|dimension| dimension.value(fact)).collect();
        groups.entry(values).or_default().add(fact);
    }
    groups
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::money::Money;
    use crate::reports::fact::FactKind;

    fn facts() -> impl Strategy<Value = Vec<Fact>> {
        let day = NaiveDate::from_ymd_opt(2025, 11, 20).unwrap();
        let one = (
            select(FactKind::ALL),
            0_i64..500,
            select(vec!["442000100", "442000101", "4420", "440605", "44"]),
            select(vec!["", "university_town", "institute_town"]),
            select(vec!["", "online", "offline"]),
            select(vec!["", "exchange", "technology_transfer"]),
            (0_i64..10_000_000_000, 0_i64..1_000_000),
        );
        let fact =
            one.prop_map(move |(kind, days, region, programme, channel, activity, money)| {
                let on = day + chrono::TimeDelta::days(days);
                let mut fact = Fact::new(kind, "id".to_owned(), on, region.to_owned());
                fact.programme = programme.to_owned();
                fact.channel = channel.to_owned();
                fact.activity_kind = activity.to_owned();
                (fact.amount, fact.of_which) = (Money(money.0), Money(money.1));
                fact
            });
        prop::collection::vec(fact, 0..60)
    }

    proptest! {
        /// However facts are broken down and whatever they are filtered by, the groups add up to the
        /// total, and each group to the facts that it leads to.
        #[test]
        fn groups_add_up(
            all in facts(),
            by in prop::collection::vec(select(Dimension::ALL), 0..4),
            filter in select(Dimension::ALL),
            chosen in 0_usize..8,
        ) {
            let values: Vec<String> = all.iter().map(|fact| filter.value(fact)).collect();
            let wanted = values.get(chosen);
            let kept: Vec<Fact> = all
                .iter()
                .filter(|fact| wanted.is_none_or(|value| filter.value(fact) == *value))
                .cloned()
                .collect();
            let total = Figures::of(&kept);
            let groups = break_down(&kept, &by);
            for measure in Measure::ALL {
                let sum: i64 = groups.values().map(|figures| figures.sum(*measure)).sum();
                prop_assert_eq!(sum, total.sum(*measure), "{}", measure);
                let plain: i64 = kept
                    .iter()
                    .filter(|fact| fact.key.kind == measure.kind())
                    .map(|fact| measure.of(fact))
                    .sum();
                prop_assert_eq!(plain, total.sum(*measure), "{}", measure);
            }
            for (values, figures) in &groups {
                let behind = kept.iter().filter(|fact| {
                    by.iter().zip(values).all(|(one, value)| one.value(fact) == *value)
                });
                prop_assert_eq!(&Figures::of(behind), figures);
            }
        }
    }

    #[test]
    fn counts_and_money_are_told_apart() {
        let day = NaiveDate::from_ymd_opt(2026, 9, 30).unwrap();
        let mut contract = Fact::new(FactKind::Contract, "a".to_owned(), day, "4420".to_owned());
        (contract.amount, contract.of_which) = (Money(1_200_050_000), Money(800_000_000));
        let figures = Figures::of([&contract]).values();
        assert_eq!(figures["contracts"], 1);
        assert_eq!(figures["contract_amount"].to_string(), "1200.05");
        assert_eq!(figures["tech_amount"], 800);
        assert_eq!(figures["visits"], 0);
    }
}
