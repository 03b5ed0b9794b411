//! Who finds what. Text a viewer may not read must not be found, counted, or felt.

use search_index::matching::HardConditions;
use search_index::{
    Document, FacetField, Filters, MatchSettings, Profile, SearchIndex, SearchRequest,
    SearchResponse, Side, Viewer,
};

use crate::support::*;

/// A word for each tier that stands nowhere else.
const MARKS: [&str; 4] = ["榫卯", "珐琅", "蒟蒻", "麒麟"];

fn marked(id: &str, open: bool) -> Document {
    Document {
        open,
        owner_org_id: Some("org-1".into()),
        region_code: "440606103".into(),
        texts: MARKS.map(str::to_owned),
        ..capability(id, "标题")
    }
}

fn viewer(clearance: u8, org: &str, region: &str) -> Viewer {
    let list = |value: &str| if value.is_empty() { vec![] } else { vec![value.to_owned()] };
    Viewer { everything: false, clearance, org_ids: list(org), regions: list(region) }
}

/// How many tiers of an open and of a closed document a viewer searches.
fn tiers(index: &SearchIndex, viewer: &Viewer) -> [Vec<usize>; 2] {
    let finds = |id: &str, mark: &str| {
        let request = SearchRequest { viewer: viewer.clone(), ..request(mark) };
        let response = index.search(&request).unwrap();
        assert_eq!(response.total, response.hits.len());
        ids(&response).contains(&id.to_owned())
    };
    ["open", "closed"].map(|id| (0..4).filter(|&tier| finds(id, MARKS[tier])).collect())
}

#[test]
fn each_viewer_searches_the_tiers_of_their_clearance() {
    let index = index([marked("open", true), marked("closed", false), capability("x", "轴承")]);
    let all = vec![0, 1, 2, 3];
    let cases = [
        ("visitor", viewer(0, "", ""), vec![0], vec![]),
        ("member", viewer(1, "", ""), vec![0, 1], vec![]),
        ("broker", viewer(2, "", ""), vec![0, 1, 2], vec![]),
        ("no such clearance", viewer(9, "", ""), vec![0, 1, 2], vec![]),
        ("owner", viewer(1, "org-1", ""), all.clone(), all.clone()),
        ("other owner", viewer(1, "org-2", ""), vec![0, 1], vec![]),
        ("city reviewer", viewer(0, "", "4406"), all.clone(), all.clone()),
        ("town reviewer", viewer(0, "", "440606103"), all.clone(), all.clone()),
        ("other reviewer", viewer(2, "", "4407"), vec![0, 1, 2], vec![]),
        (
            "reviewer of nowhere",
            Viewer { regions: vec![String::new()], ..viewer(0, "", "") },
            vec![0],
            vec![],
        ),
        ("administrator", Viewer::everything(), all.clone(), all.clone()),
    ];
    for (name, viewer, open, closed) in cases {
        assert_eq!(tiers(&index, &viewer), [open, closed], "{name}");
    }
}

#[test]
fn documents_open_from_a_clearance_are_hidden_below_it() {
    let from = |id: &str, open_from| Document {
        open_from,
        suggestions: vec![format!("短语{id}")],
        ..marked(id, true)
    };
    let index = index([from("public", 0), from("members", 1), from("broker", 2)]);
    let found = |clearance, text: &str| {
        let viewer = viewer(clearance, "", "");
        found_set(&index, &SearchRequest { viewer, ..request(text) })
    };
    for text in ["标题", MARKS[0], ""] {
        assert_eq!(found(0, text), ["public"], "{text}");
        assert_eq!(found(1, text), ["members", "public"], "{text}");
        assert_eq!(found(2, text), ["broker", "members", "public"], "{text}");
        let own = SearchRequest { viewer: viewer(0, "org-1", ""), ..request(text) };
        assert_eq!(found_set(&index, &own), ["broker", "members", "public"], "{text}");
    }
    let matched = |clearance| {
        let mut question = question(profile(Side::Need, "标题"));
        question.viewer = viewer(clearance, "", "");
        index.matches(&question).unwrap().hits.len()
    };
    assert_eq!([0, 1, 2].map(matched), [1, 2, 3]);
    let suggested = index.suggest("短语", &Viewer::everything(), 9).unwrap();
    assert_eq!(suggested.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), ["短语public"]);
}

#[test]
fn listing_shows_closed_documents_to_their_own_only() {
    let index = index([marked("open", true), marked("closed", false)]);
    let list = |viewer: Viewer| found_set(&index, &SearchRequest { viewer, ..request("") });
    assert_eq!(list(viewer(2, "", "")), ["open"]);
    assert_eq!(list(viewer(0, "org-1", "")), ["closed", "open"]);
    assert_eq!(list(Viewer::everything()), ["closed", "open"]);
}

#[test]
fn matches_read_no_hidden_text_and_no_closed_documents() {
    let index = index([marked("open", true), marked("closed", false), capability("x", "轴承")]);
    for (tier, mark) in MARKS.iter().enumerate() {
        for (clearance, org) in [(0, ""), (1, ""), (2, ""), (0, "org-1")] {
            let mut question = question(profile(Side::Need, mark));
            question.viewer = viewer(clearance, org, "");
            let may = tier <= usize::from(clearance) || !org.is_empty();
            let expected: &[&str] = if may { &["open"] } else { &[] };
            let found = matched_ids(&index.matches(&question).unwrap());
            assert_eq!(found, expected, "tier {tier}, clearance {clearance}, org {org:?}");
        }
    }
}

/// The same public documents, with hidden text of random words or without.
fn public(hidden: bool) -> SearchIndex {
    let mut dice = Dice(11);
    let mut documents = Vec::new();
    for number in 0..60 {
        let mut document = capability(&format!("d{number:02}"), &dice.text(3));
        document.texts[0] = dice.text(8);
        document.owner_org_id = Some(format!("org-{}", number % 5));
        document.region_code = "4406".into();
        let secret = [dice.text(6), dice.text(30), dice.text(9)];
        // What is the viewer's own is the same in both.
        if hidden || number % 5 == 3 {
            document.texts[1..].clone_from_slice(&secret);
        }
        documents.push(document);
        let draft =
            Document { open: false, ..capability(&format!("draft{number}"), &dice.text(9)) };
        documents.extend(hidden.then_some(draft));
    }
    index(documents)
}

fn answers(index: &SearchIndex, viewer: &Viewer) -> Vec<SearchResponse> {
    let mut dice = Dice(5);
    let texts: Vec<_> = (0..12).map(|n| dice.text(1 + n % 4)).chain([String::new()]).collect();
    let request = |text: &String| SearchRequest {
        viewer: viewer.clone(),
        facets: FacetField::ALL.to_vec(),
        ..request(text)
    };
    texts.iter().map(|text| index.search(&request(text)).unwrap()).collect()
}

#[test]
fn hidden_text_moves_nothing_below_its_clearance() {
    let (plain, secret) = (public(false), public(true));
    for viewer in [viewer(0, "", ""), viewer(0, "org-3", "")] {
        let pairs = answers(&plain, &viewer).into_iter().zip(answers(&secret, &viewer));
        for (without, with) in pairs {
            assert_eq!(without.hits, with.hits);
            assert_eq!((without.total, &without.facets), (with.total, &with.facets));
        }
    }
    // The texts do differ: who may read them is answered differently.
    let member = viewer(1, "", "");
    let mut differ = answers(&plain, &member).into_iter().zip(answers(&secret, &member));
    assert!(differ.any(|(a, b)| a.hits != b.hits));
}

#[test]
fn hidden_text_moves_no_match_and_no_ranking() {
    let (plain, secret) = (public(false), public(true));
    let question = question(profile(Side::Need, "压铸模具陶瓷涂层"));
    let (a, b) = (plain.matches(&question).unwrap(), secret.matches(&question).unwrap());
    let facts = |response: &search_index::MatchResponse| -> Vec<(String, f32)> {
        response.hits.iter().map(|hit| (hit.id.clone(), hit.score)).collect()
    };
    assert!(!a.hits.is_empty());
    assert_eq!(facts(&a), facts(&b));
    let ranking = |index: &SearchIndex| index.ranking(&question).unwrap();
    assert_eq!(ranking(&plain), ranking(&secret));
}

/// Documents of owners of different sorts, known from different tiers.
fn owned() -> SearchIndex {
    let sorts = ["university", "institute", "finance", "association"];
    let documents = sorts.into_iter().enumerate().map(|(tier, sort)| Document {
        owner_tier: tier,
        owner_org_id: Some(format!("org-{tier}")),
        org_type: sort.into(),
        region_code: format!("440{tier}"),
        ..capability(sort, "标题")
    });
    index(documents)
}

/// The tiers of [`owned`] at which a viewer is told who owns a document, asked in every way.
fn known_owners(index: &SearchIndex, viewer: &Viewer) -> Vec<Vec<usize>> {
    let sorts = ["university", "institute", "finance", "association"];
    let search = |filters: Filters| {
        let facets = vec![FacetField::OrgType];
        let request =
            SearchRequest { viewer: viewer.clone(), facets, filters, ..request("标题") };
        index.search(&request).unwrap()
    };
    let tiers = |known: &dyn Fn(usize) -> bool| (0..4).filter(|&tier| known(tier)).collect();
    let counted = &search(Filters::default()).facets["org_type"];
    assert!(counted.iter().all(|value| value.count == 1), "{counted:?}");
    vec![
        tiers(&|tier| counted.iter().any(|value| value.value == sorts[tier])),
        tiers(&|tier| {
            let org_types = vec![sorts[tier].to_owned()];
            search(Filters { org_types, ..Filters::default() }).total == 1
        }),
        tiers(&|tier| {
            let owner_org_ids = vec![format!("org-{tier}")];
            search(Filters { owner_org_ids, ..Filters::default() }).total == 1
        }),
        tiers(&|tier| {
            let exclude_owner_org_ids = vec![format!("org-{tier}")];
            search(Filters { exclude_owner_org_ids, ..Filters::default() }).total == 3
        }),
    ]
}

#[test]
fn owners_are_neither_counted_nor_filtered_below_their_tier() {
    let index = owned();
    let cases = [
        ("visitor", viewer(0, "", ""), vec![0]),
        ("member", viewer(1, "", ""), vec![0, 1]),
        ("broker", viewer(2, "", ""), vec![0, 1, 2]),
        ("owner", viewer(1, "org-3", ""), vec![0, 1, 3]),
        ("reviewer", viewer(0, "", "4402"), vec![0, 2]),
        ("administrator", Viewer::everything(), vec![0, 1, 2, 3]),
    ];
    for (name, viewer, expected) in cases {
        let known = known_owners(&index, &viewer);
        assert!(known.iter().all(|tiers| *tiers == expected), "{name}: {known:?}");
    }
}

#[test]
fn the_sort_of_a_hidden_owner_is_no_condition_of_a_match() {
    let index = owned();
    let settings = |partner_type| {
        let hard = HardConditions { partner_type, ..HardConditions::default() };
        std::sync::Arc::new(MatchSettings { hard, ..MatchSettings::default() })
    };
    let ask = |clearance, hard, wanted: &str| {
        let wanting =
            Profile { partner_types: vec![wanted.into()], ..profile(Side::Need, "标题") };
        let mut question = question(wanting);
        question.viewer = viewer(clearance, "", "");
        question.settings = settings(hard);
        index.matches(&question).unwrap()
    };
    for clearance in 0..3_u8 {
        let open = usize::from(clearance) + 1;
        // Only owners that are known exclude, and of those the one asked for does not.
        let answer = ask(clearance, true, "university");
        assert_eq!((answer.hits.len(), answer.excluded.len()), (4 - open + 1, open - 1));
        // The hidden are told apart by nothing: their scores are the same whoever is wanted.
        let score = |wanted: &str| {
            let answer = ask(clearance, false, wanted);
            answer.hits.iter().find(|hit| hit.id == "association").unwrap().score
        };
        assert_eq!(score("association"), score("university"));
    }
}
