//! Adding facts up.

use std::collections::BTreeMap;

use super::dimension::Dimension;
use super::fact::{Fact, Measure};

/// Facts that stand alike, added up: of one kind, month and region, under the same headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// What they have in common, with the first day of their month and all their money.
    pub alike: Fact,
    /// How many.
    pub facts: i64,
}

impl From<&Fact> for Sum {
    fn from(fact: &Fact) -> Self {
        Self { alike: fact.clone(), facts: 1 }
    }
}

/// Sums of the measures: counts, or 分.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures(BTreeMap<Measure, i64>);

impl Figures {
    /// Adds a fact.
    pub fn add(&mut self, fact: &Fact) {
        self.add_alike(fact, 1);
    }

    /// Adds facts that stand alike, with their money in one.
    fn add_alike(&mut self, alike: &Fact, facts: i64) {
        for measure in Measure::ALL.iter().filter(|measure| measure.kind() == alike.key.kind) {
            let each = if measure.is_money() { 1 } else { facts };
            *self.0.entry(*measure).or_default() += measure.of(alike) * each;
        }
    }

    /// The sums over sums.
    pub fn of_sums<'a>(sums: impl IntoIterator<Item = &'a Sum>) -> Self {
        let mut figures = Self::default();
        for sum in sums {
            figures.add_alike(&sum.alike, sum.facts);
        }
        figures
    }

    /// The sums over facts.
    pub fn of<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut figures = Self::default();
        for fact in facts {
            figures.add(fact);
        }
        figures
    }

    /// Adds the sums of others.
    pub fn add_sums(&mut self, others: &Self) {
        for (measure, sum) in &others.0 {
            *self.0.entry(*measure).or_default() += sum;
        }
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

/// Sums broken down: the figures for each combination of values that occurs, in their order.
pub fn break_down(sums: &[Sum], by: &[Dimension]) -> BTreeMap<Vec<String>, Figures> {
    let mut groups: BTreeMap<Vec<String>, Figures> = BTreeMap::new();
    for sum in sums {
        let values = by.iter().map(|dimension| dimension.value(&sum.alike)).collect();
        groups.entry(values).or_default().add_alike(&sum.alike, sum.facts);
    }
    groups
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};
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

    /// Facts that stand alike in one, as the database adds them up.
    fn added_up(facts: &[Fact]) -> Vec<Sum> {
        let mut sums: Vec<Sum> = Vec::new();
        for fact in facts {
            let mut alike = fact.clone();
            alike.on = alike.on.with_day(1).unwrap();
            (alike.amount, alike.of_which) = (Money(0), Money(0));
            let same = |sum: &&mut Sum| {
                let of = &sum.alike;
                Fact { amount: Money(0), of_which: Money(0), ..of.clone() } == alike
            };
            let place = match sums.iter_mut().find(same) {
                Some(sum) => sum,
                None => {
                    sums.push(Sum { alike: alike.clone(), facts: 0 });
                    sums.last_mut().unwrap()
                }
            };
            place.facts += 1;
            place.alike.amount.0 += fact.amount.0;
            place.alike.of_which.0 += fact.of_which.0;
        }
        sums
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
            let sums = added_up(&kept);
            prop_assert_eq!(&Figures::of_sums(&sums), &total);
            let groups = break_down(&sums, &by);
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
