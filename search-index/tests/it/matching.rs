//! Matches: who is found, who is excluded and why, and what the score is made of.

use std::sync::Arc;

use search_index::matching::{Grade, HardConditions, Outcome};
use search_index::{Document, Filters, MatchSettings, Profile, Side, TextPart, Viewer};

use crate::support::*;

const TITLE: &str = "电饭锅内胆耐磨陶瓷涂层";

fn need_profile() -> Profile {
    profile(Side::Need, TITLE)
}

/// A target that matches by text, among others that do not.
fn with(target: Document) -> search_index::SearchIndex {
    let mut dice = Dice(23);
    let others = (0..20).map(|n| capability(&format!("x{n}"), &dice.text(3))).collect::<Vec<_>>();
    index(others.into_iter().chain([target]))
}

/// Whether the target is excluded, and by which condition.
fn excluded_by(target: Document, source: Profile) -> Option<(String, Side)> {
    let id = target.id.clone();
    let response = matched(&with(target), source);
    let shown = response.hits.iter().any(|hit| hit.id == id);
    let excluded = response.excluded.iter().find(|excluded| excluded.id == id);
    assert!(shown != excluded.is_some(), "a target is either shown or excluded with a reason");
    excluded.map(|excluded| {
        assert!(excluded.condition.hard && excluded.condition.outcome == Outcome::NotMet);
        (excluded.condition.name.to_owned(), excluded.condition.side)
    })
}

#[test]
fn minimum_budget_above_the_budget_excludes_with_the_reason() {
    let source = Profile { budget_max: Some(30_000_000), ..need_profile() };
    let asking = |min_budget| Document { min_budget, ..capability("t", TITLE) };
    assert_eq!(excluded_by(asking(None), source.clone()), None);
    assert_eq!(excluded_by(asking(Some(30_000_000)), source.clone()), None);
    let dear = asking(Some(30_000_001));
    let reason = ("budget".to_owned(), Side::Capability);
    assert_eq!(excluded_by(dear.clone(), source.clone()), Some(reason.clone()));
    assert_eq!(excluded_by(dear.clone(), need_profile()), None, "a silent need excludes nobody");
    let negotiable = Profile { budget_negotiable: true, ..source };
    assert_eq!(excluded_by(dear, negotiable), None);

    let offering = Profile { min_budget: Some(500), ..profile(Side::Capability, TITLE) };
    let poor = Document { budget_max: Some(499), ..need("t", TITLE) };
    assert_eq!(excluded_by(poor.clone(), offering.clone()), Some(reason));
    let open_to_talk = Document { budget_negotiable: true, ..poor };
    assert_eq!(excluded_by(open_to_talk, offering), None);
}

#[test]
fn excluded_regions_hold_for_both_sides() {
    let foshan = Document { region_code: "440606103".into(), ..capability("t", TITLE) };
    let refuses = Profile { excluded_regions: vec!["440600".into()], ..need_profile() };
    let by = |side| Some(("excluded_region".to_owned(), side));
    assert_eq!(excluded_by(foshan.clone(), refuses), by(Side::Need));
    let elsewhere = Profile { excluded_regions: vec!["4407".into()], ..need_profile() };
    assert_eq!(excluded_by(foshan.clone(), elsewhere), None);
    let source = Profile { region_code: "440703".into(), ..need_profile() };
    let refused = Document { excluded_regions: vec!["4407".into()], ..foshan };
    assert_eq!(excluded_by(refused.clone(), source), by(Side::Capability));
    assert_eq!(excluded_by(refused, need_profile()), None, "an unknown region is not excluded");
}

#[test]
fn lapsed_and_busy_targets_are_excluded_but_not_lapsed_sources() {
    let base = || capability("t", TITLE);
    let by = |name: &str, side| Some((name.to_owned(), side));
    let lapsed = Document { valid_until: Some(999), ..base() };
    assert_eq!(excluded_by(lapsed, need_profile()), by("deadline", Side::Capability));
    assert_eq!(excluded_by(Document { valid_until: Some(1000), ..base() }, need_profile()), None);
    let busy = Document { capacity_left: Some(0), ..base() };
    assert_eq!(excluded_by(busy, need_profile()), by("capacity", Side::Capability));
    let late = Document { deadline: Some(10), ..need("t", TITLE) };
    let source = profile(Side::Capability, TITLE);
    assert_eq!(excluded_by(late, source), by("deadline", Side::Need));
    let lapsed_source = Profile { deadline: Some(10), ..need_profile() };
    assert_eq!(excluded_by(base(), lapsed_source), None);
}

#[test]
fn wishes_lower_the_score_without_excluding() {
    let source = Profile {
        preferred_regions: vec!["4406".into()],
        partner_types: vec!["university".into()],
        target_trl: Some(8),
        cooperation_modes: vec!["transfer".into()],
        ..need_profile()
    };
    let fitting = Document {
        region_code: "440606".into(),
        org_type: "university".into(),
        trl: Some(8),
        cooperation_modes: vec!["transfer".into(), "joint_dev".into()],
        ..capability("fit", TITLE)
    };
    let unfitting = Document {
        region_code: "110000".into(),
        org_type: "enterprise".into(),
        trl: Some(2),
        cooperation_modes: vec!["testing".into()],
        ..capability("unfit", TITLE)
    };
    let silent = capability("silent", TITLE);
    let response = matched(&index([unfitting, silent, fitting]), source);
    assert_eq!(matched_ids(&response), ["fit", "silent", "unfit"]);
    assert!(response.excluded.is_empty());
    let outcomes = |at: usize| -> Vec<(&str, Outcome)> {
        response.hits[at].conditions.iter().map(|c| (c.name, c.outcome)).collect()
    };
    for (at, outcome) in [(0, Outcome::Met), (1, Outcome::Unknown), (2, Outcome::NotMet)] {
        for name in ["region", "partner_type", "trl", "cooperation_mode"] {
            assert!(outcomes(at).contains(&(name, outcome)), "{name} of {at}: {:?}", outcomes(at));
        }
    }
}

#[test]
fn soft_conditions_exclude_when_the_settings_say_so() {
    let hard = HardConditions { partner_type: true, ..HardConditions::default() };
    let settings = MatchSettings { hard, ..MatchSettings::default() };
    let source = Profile { partner_types: vec!["university".into()], ..need_profile() };
    let firm = Document { org_type: "enterprise".into(), ..capability("firm", TITLE) };
    let index = index([firm, capability("silent", TITLE)]);
    let mut question = question(source);
    question.settings = Arc::new(settings);
    let response = index.matches(&question).unwrap();
    assert_eq!(matched_ids(&response), ["silent"]);
    assert_eq!(response.excluded[0].condition.name, "partner_type");
}

#[test]
fn hard_conditions_apply_before_the_cut() {
    let dear = (0..30)
        .map(|n| Document { min_budget: Some(900), ..capability(&format!("dear{n}"), TITLE) });
    let cheap = Document { min_budget: Some(90), ..capability("cheap", "陶瓷涂层") };
    let index = index(dear.chain([cheap]).collect::<Vec<_>>());
    let mut question = question(Profile { budget_max: Some(100), ..need_profile() });
    question.settings = Arc::new(MatchSettings { candidates: 5, ..MatchSettings::default() });
    let response = index.matches(&question).unwrap();
    assert_eq!(matched_ids(&response), ["cheap"]);
    assert_eq!(response.excluded.len(), 10);
}

fn random_question(dice: &mut Dice) -> search_index::MatchRequest {
    let settings = MatchSettings::default();
    let mut source = profile(Side::Need, &dice.text(4));
    source.parts.push(TextPart::body("problem", dice.text(30), &settings));
    source.parts.push(TextPart::body("background", dice.text(10), &settings));
    source.industry_codes = vec!["C3854".into()];
    source.region_code = "440606".into();
    source.target_trl = Some(7);
    source.budget_max = Some(1_000);
    let viewer = Viewer { clearance: 1, org_ids: vec!["org-1".into()], ..Viewer::default() };
    search_index::MatchRequest { viewer, ..question(source) }
}

#[test]
fn contributions_sum_to_the_score_and_terms_to_the_text_score() {
    let mut dice = Dice(41);
    let documents = (0..80).map(|n| {
        let mut document = capability(&format!("d{n}"), &dice.text(3));
        document.texts = [dice.text(9), dice.text(7), dice.text(5), dice.text(3)];
        document.owner_org_id = Some(format!("org-{}", n % 3));
        document.industry_codes = vec![(*dice.pick(&["C38", "C26", "M73"])).into()];
        document.region_code = (*dice.pick(&["4406", "4452", "11", ""])).into();
        document.min_budget = Some(dice.below(1_500) as i64);
        document.trl = Some(dice.below(9) as u8 + 1);
        document
    });
    let index = index(documents.collect::<Vec<_>>());
    for _ in 0..10 {
        let response = index.matches(&random_question(&mut dice)).unwrap();
        assert!(response.hits.len() > 5);
        for hit in &response.hits {
            let sum: f32 = hit.parts.iter().map(|part| part.contribution).sum();
            assert_eq!(sum, hit.score);
            for part in &hit.parts {
                assert_eq!(part.contribution, part.value * part.weight);
                assert!((0.0..=1.0).contains(&part.value), "{part:?}");
            }
            let weights: f32 = hit.parts.iter().map(|part| part.weight).sum();
            assert!((weights - 1.0).abs() < 1e-6);
            let terms: f32 = hit.terms.iter().map(|term| term.weight).sum();
            assert!((terms - hit.text_score).abs() < 1e-3, "{terms} {}", hit.text_score);
            assert!(hit.terms.iter().all(|term| term.weight > 0.0));
        }
    }
}

#[test]
fn what_is_measured_is_what_is_shown() {
    let mut dice = Dice(43);
    let index =
        index((0..40).map(|n| capability(&format!("d{n}"), &dice.text(5))).collect::<Vec<_>>());
    let settings = MatchSettings::default();
    let mut source = profile(Side::Need, "压铸模具");
    source.parts.push(TextPart::body("body", "陶瓷涂层的焊接机器人", &settings));
    let measured = index.ranking(&question(source.clone())).unwrap();
    let shown = matched_ids(&matched(&index, source));
    assert!(shown.len() > 5);
    assert_eq!(
        measured[..shown.len()].iter().map(|(id, _)| id).collect::<Vec<_>>(),
        shown.iter().collect::<Vec<_>>()
    );
}

#[test]
fn texts_without_a_word_in_common_meet_by_their_meaning() {
    let index = index([capability("near", "液晶显示面板"), capability("far", "荔枝保鲜贮运")]);
    let response = matched(&index, profile(Side::Need, "手机屏幕"));
    assert_eq!(matched_ids(&response), ["near"]);
    let hit = &response.hits[0];
    assert_eq!(hit.text_score, 0.0);
    assert!(hit.nearness > 0.3 && hit.confidence > 0.0 && hit.terms.is_empty());
}

#[test]
fn conditions_and_filters_hold_for_what_meaning_finds() {
    let dear = Document { min_budget: Some(100), ..capability("dear", "液晶显示面板") };
    let index = index([dear, capability("other", "液晶显示器模组")]);
    let mut source = profile(Side::Need, "手机屏幕");
    source.budget_max = Some(10);
    assert_eq!(matched_ids(&matched(&index, source.clone())), ["other"]);
    let mut narrow = question(source);
    narrow.filters = Filters { exclude_ids: vec!["other".into()], ..Filters::default() };
    assert!(index.matches(&narrow).unwrap().hits.is_empty());
}

#[test]
fn explanation_names_field_and_part() {
    let index = index([capability("t", "陶瓷涂层"), capability("x", "轴承")]);
    let settings = MatchSettings::default();
    let mut source = profile(Side::Need, "陶瓷");
    source.parts.push(TextPart::body("problem", "陶瓷涂层", &settings));
    let hit = &matched(&index, source).hits[0];
    let has = |term: &str, field: &str, part: &str| {
        hit.terms.iter().any(|t| t.term == term && t.field == field && t.part == part)
    };
    assert!(has("陶瓷", "words", "title") && has("陶瓷", "words", "problem"));
    assert!(has("涂层", "characters", "problem") && !has("涂层", "characters", "title"));
    let weight =
        |part: &str| hit.terms.iter().find(|t| t.term == "陶瓷" && t.part == part).unwrap().weight;
    assert!((weight("problem") / weight("title") - settings.body_weight).abs() < 1e-4);
}

#[test]
fn capability_finds_needs_and_never_itself() {
    let index = index([need("n", TITLE), capability("self", TITLE), capability("c", TITLE)]);
    let source = Profile { id: Some("self".into()), ..profile(Side::Capability, TITLE) };
    assert_eq!(matched_ids(&matched(&index, source)), ["n"]);
    let source = Profile { id: Some("n".into()), ..need_profile() };
    let mut found = matched_ids(&matched(&index, source));
    found.sort();
    assert_eq!(found, ["c", "self"]);
}

#[test]
fn good_text_is_graded_above_poor_text_and_none_good_is_said() {
    let index = with(capability("t", TITLE));
    let response = matched(&index, need_profile());
    assert_eq!((response.hits[0].id.as_str(), response.hits[0].grade), ("t", Grade::Strong));
    assert!(!response.none_good);
    let response = matched(
        &index,
        profile(Side::Need, "量子纠缠光源芯片封装的焊接应力仿真与长期可靠性评估方法"),
    );
    assert!(response.none_good && !response.hits.is_empty());
    assert!(response.hits.iter().all(|hit| hit.grade == Grade::Weak));
    let nothing = matched(&index, profile(Side::Need, "？"));
    assert!(nothing.none_good && nothing.hits.is_empty() && nothing.considered == 0);
}

#[test]
fn score_of_a_pair_does_not_depend_on_other_candidates() {
    let index = with(capability("t", TITLE));
    let all = matched(&index, need_profile());
    let mut narrow = question(need_profile());
    narrow.filters = Filters {
        exclude_ids: all.hits[1..].iter().map(|hit| hit.id.clone()).collect(),
        ..Filters::default()
    };
    let alone = index.matches(&narrow).unwrap();
    assert_eq!(matched_ids(&alone), ["t"]);
    assert_eq!(alone.hits[0].score, all.hits[0].score);
}

#[test]
fn pages_follow_each_other() {
    let mut dice = Dice(77);
    let index =
        index((0..40).map(|n| capability(&format!("d{n}"), &dice.text(4))).collect::<Vec<_>>());
    let all = matched_ids(&index.matches(&question(need_profile())).unwrap());
    let mut page = question(need_profile());
    (page.offset, page.limit) = (3, 4);
    let response = index.matches(&page).unwrap();
    assert_eq!(matched_ids(&response), all[3..7]);
    assert!(response.considered >= all.len());
    page.offset = 10_000;
    assert!(index.matches(&page).unwrap().hits.is_empty());
}

#[test]
fn long_text_is_matched_at_bounded_cost() {
    let mut dice = Dice(99);
    let index = with(capability("t", TITLE));
    let settings = MatchSettings::default();
    let mut source = need_profile();
    source.parts.push(TextPart::body("body", dice.text(50_000), &settings));
    let response = matched(&index, source);
    assert_eq!(response.hits[0].id, "t");
    assert!(response.hits[0].terms.len() < 400);
}

#[test]
fn of_equals_the_one_confirmed_lately_comes_first() {
    let now = Document { verified_at: Some(1_000), ..capability("b-fresh", TITLE) };
    let long_ago = Document { verified_at: Some(1_000 - 500 * 86_400), ..now.clone() };
    let targets = [
        Document { id: "a-stale".into(), ..long_ago },
        Document { id: "c-silent".into(), verified_at: None, ..now.clone() },
        now,
    ];
    let response = matched(&index(targets), need_profile());
    let order: Vec<_> = response.hits.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(order, ["b-fresh", "c-silent", "a-stale"]);
}

#[test]
fn a_patent_without_an_industry_is_placed_by_its_classes() {
    let of = |id: &str, class: &str| Document { ipc: vec![class.into()], ..capability(id, TITLE) };
    let coded = Document { industry_codes: vec!["C3854".into()], ..capability("c-coded", TITLE) };
    let index = index([of("a-lamp", "F21V29/50"), of("b-cooker", "A47J27/00"), coded]);
    let source = Profile { industry_codes: vec!["C3854".into()], ..need_profile() };
    let response = matched(&index, source);
    let order: Vec<_> = response.hits.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(order, ["c-coded", "b-cooker", "a-lamp"]);
}
