//! Conditions decided in memory against the queries that apply them before the cut.

use super::violation::violations;
use super::*;
use crate::document::{Change, Document, TIERS};
use crate::filter;
use crate::index::{Options, SearchIndex};

/// Random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| value(self))
    }

    fn some(&mut self, of: &[&str]) -> Vec<String> {
        let count = self.below(3);
        (0..count).map(|_| of[self.below(of.len())].to_owned()).collect()
    }

    fn one(&mut self, of: &[&str]) -> String {
        of[self.below(of.len())].to_owned()
    }
}

const REGIONS: [&str; 9] =
    ["", "44", "440000", "4406", "440606", "440606103", "440700", "11", "110108001000"];
const INDUSTRIES: [&str; 9] = ["C", "C38", "C3854", "385", "26", "M", "M73", "家电", ""];
const TYPES: [&str; 4] = ["", "university", "enterprise", "institute"];
const MODES: [&str; 4] = ["transfer", "joint_dev", "testing", ""];

fn document(dice: &mut Dice, id: String, kind: Kind) -> Document {
    Document {
        open: true,
        org_type: dice.one(&TYPES),
        owner_tier: dice.below(TIERS),
        region_code: dice.one(&REGIONS),
        industry_codes: dice.some(&INDUSTRIES),
        trl: dice.maybe(|dice| dice.below(9) as u8 + 1),
        target_trl: dice.maybe(|dice| dice.below(9) as u8 + 1),
        cooperation_modes: dice.some(&MODES),
        budget_max: dice.maybe(|dice| dice.below(6) as i64),
        budget_negotiable: dice.below(4) == 0,
        min_budget: dice.maybe(|dice| dice.below(6) as i64),
        preferred_regions: dice.some(&REGIONS),
        excluded_regions: dice.some(&REGIONS),
        partner_types: dice.some(&TYPES),
        capacity_left: dice.maybe(|dice| dice.below(4) as i64 - 1),
        deadline: dice.maybe(|dice| dice.below(4) as i64),
        valid_until: dice.maybe(|dice| dice.below(4) as i64),
        ..Document::new(id, kind, "陶瓷")
    }
}

/// Settings under which only the condition of this name excludes.
fn only(name: &str) -> MatchSettings {
    let hard = HardConditions {
        budget: name == "budget",
        region: name == "region",
        excluded_region: name == "excluded_region",
        trl: name == "trl",
        cooperation_mode: name == "cooperation_mode",
        partner_type: name == "partner_type",
        industry: name == "industry",
        deadline: name == "deadline",
        capacity: name == "capacity",
    };
    MatchSettings { hard, ..MatchSettings::default() }
}

const NAMES: [&str; 9] = [
    "budget",
    "region",
    "excluded_region",
    "trl",
    "cooperation_mode",
    "partner_type",
    "industry",
    "deadline",
    "capacity",
];

/// Targets that the conditions exclude, by deciding every pair in memory.
fn decided(
    source: &Stance,
    target: Side,
    documents: &[Document],
    settings: &MatchSettings,
    tiers: usize,
) -> Vec<String> {
    let excluded = documents.iter().filter(|document| {
        let stance = Stance::of_document(document).known(tiers);
        let (need, capability) =
            if target == Side::Need { (&stance, source) } else { (source, &stance) };
        let pair = Pair { need, capability, target, now: 2, settings };
        conditions(&pair).iter().any(Condition::excludes)
    });
    let mut ids: Vec<_> = excluded.map(|document| document.id.clone()).collect();
    ids.sort();
    ids
}

#[test]
fn queries_exclude_exactly_what_the_conditions_do() {
    let mut dice = Dice(0x5eed);
    let mut excluded_at_all = [0; NAMES.len()];
    for target in [Side::Need, Side::Capability] {
        let documents: Vec<_> =
            (0..120).map(|n| document(&mut dice, format!("d{n:03}"), target.kind())).collect();
        let index = SearchIndex::create_in_ram(Options::default()).unwrap();
        index.apply(documents.iter().cloned().map(Change::Upsert).collect(), 1).unwrap();
        let live = index.inner.live();
        for round in 0..60 {
            let tiers = 1 + round % TIERS;
            let source = document(&mut dice, "source".into(), target.opposite().kind());
            let profile = Profile::of_document(&source, 0, &MatchSettings::default());
            let source = Stance::of_profile(&profile);
            for (number, name) in NAMES.iter().enumerate() {
                let settings = only(name);
                let queries = violations(&source, target, 2, &settings, (tiers, &live.fields));
                let gather = Gather { scored: false, ..best(1000) };
                let found = live.searcher().search(&filter::either(queries), &gather).unwrap();
                let mut found: Vec<_> = found.page.into_iter().map(|f| f.place.id).collect();
                found.sort();
                let decided = decided(&source, target, &documents, &settings, tiers);
                assert_eq!(found, decided, "{name} with {source:?}");
                excluded_at_all[number] += found.len();
            }
        }
    }
    assert!(excluded_at_all.iter().all(|&count| count > 50), "{excluded_at_all:?}");
}

#[test]
fn stance_of_a_profile_is_that_of_its_document() {
    let mut dice = Dice(0xfeed);
    for number in 0..200 {
        let kind = if number % 2 == 0 { Kind::Need } else { Kind::Capability };
        let document = Document { owner_tier: 0, ..document(&mut dice, "d".into(), kind) };
        let profile = Profile::of_document(&document, 1, &MatchSettings::default());
        assert_eq!(Stance::of_profile(&profile), Stance::of_document(&document));
    }
}

#[test]
fn text_value_rises_and_saturates() {
    let value = |score| score::text_value(score, 40.0, 0.25);
    assert_eq!(value(0.0), 0.0);
    assert_eq!(value(10.0), 0.5);
    assert!(value(40.0) > value(20.0) && value(1e9) <= 1.0);
    assert!(score::text_value(1.0, 0.0, 0.25).is_finite());
}

#[test]
fn settings_keep_text_in_charge() {
    // The model's weight is taken from text and meaning, never from the others.
    let PartWeights {
        text,
        meaning,
        model: _,
        industry,
        region,
        trl,
        budget,
        cooperation,
        timeliness,
        requirements,
        freshness,
    } = PartWeights::default();
    let features = industry + region + trl + budget + cooperation + timeliness;
    let features = features + requirements + freshness;
    let sum = text + meaning + features;
    assert!((text + meaning) / sum >= 0.7);
}
