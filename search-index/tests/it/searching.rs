//! What text finds, in which order, under which filters.

use search_index::{Document, Filters, Kind, SearchRequest, Sort, Viewer};

use crate::support::*;

#[test]
fn width_case_and_script_do_not_matter() {
    let index = index([capability("led", "LED灯珠封装技术"), capability("pot", "电饭锅内胆")]);
    for text in ["ＬＥＤ燈珠", "led 灯珠", "Led灯珠封装"] {
        assert_eq!(found(&index, text), ["led"], "{text}");
    }
}

#[test]
fn one_character_finds_words_that_contain_it() {
    let index = index([capability("pot", "电饭锅"), capability("glaze", "釉料")]);
    assert_eq!(found(&index, "锅"), ["pot"]);
    assert_eq!(found(&index, "料"), ["glaze"]);
    assert!(found(&index, "钢").is_empty());
}

#[test]
fn syntax_is_plain_text() {
    let index = index([capability("a", "C++ 控制程序 foo"), capability("b", "锅炉")]);
    assert_eq!(found(&index, "C++ (foo")[0], "a");
    for text in ["a:b:c", "\"", "AND OR NOT", "[1 TO", "*", "\\", "title:锅炉^2~"] {
        index.search(&request(text)).unwrap();
    }
}

#[test]
fn text_without_terms_finds_nothing_and_no_text_finds_all() {
    let index = index([capability("a", "陶瓷"), capability("b", "釉料")]);
    assert_eq!(index.search(&request("！@#￥%")).unwrap().total, 0);
    assert_eq!(index.search(&request("量子纠缠")).unwrap().total, 0);
    assert_eq!(index.search(&request("  ")).unwrap().total, 2);
}

#[test]
fn pasted_paragraph_finds_what_it_is_about() {
    let sentence =
        "现有电饭锅内胆的不粘涂层容易磨损脱落，需要开发耐磨、耐高温、附着力强的陶瓷涂层。";
    let mut dice = Dice(7);
    let others = (0..40).map(|n| capability(&format!("x{n}"), &dice.text(4)));
    let coating = capability("coating", "耐磨陶瓷不粘涂层及其在电饭锅内胆上的应用");
    let index = index(others.chain([coating]).collect::<Vec<_>>());
    assert_eq!(found(&index, sentence)[0], "coating");
    assert_eq!(found(&index, &sentence.repeat(500))[0], "coating");
}

#[test]
fn one_word_of_many_is_not_enough() {
    let index = index([
        capability("near", "铝合金压铸模具热处理"),
        capability("far", "注塑模具"),
        capability("none", "污水"),
    ]);
    assert_eq!(found(&index, "铝合金 压铸 模具 热处理 寿命 提升"), ["near"]);
    assert_eq!(found(&index, "模具").len(), 2);
}

#[test]
fn rare_word_outweighs_frequent_ones() {
    let frequent = (0..30).map(|n| capability(&format!("f{n}"), "陶瓷生产线"));
    let others = [capability("rare", "珐琅生产线"), capability("both", "陶瓷模具")];
    let index = index(frequent.chain(others).collect::<Vec<_>>());
    let response = index.search(&request("陶瓷珐琅")).unwrap();
    assert_eq!(response.hits[0].id, "rare");
    let score = |id: &str| response.hits.iter().find(|hit| hit.id == id).unwrap().score;
    // Of 32 documents one has the rare word and 31 the frequent one.
    assert!(score("rare") > 10.0 * score("both"), "{:?}", response.hits);
}

#[test]
fn synonym_finds_below_the_word_itself() {
    let index = index([capability("same", "电饭锅控制板"), capability("like", "电饭煲控制板")]);
    let both = index.search(&request("电饭锅")).unwrap();
    assert_eq!(ids(&both), ["same", "like"]);
    assert!(both.hits[0].score > both.hits[1].score);
}

#[test]
fn patent_class_is_searchable() {
    let mut classed = capability("classed", "隔膜");
    classed.ipc = vec!["H01M50/403".into()];
    let index = index([classed, capability("plain", "隔膜")]);
    assert_eq!(found(&index, "H01M50"), ["classed"]);
}

#[test]
fn no_text_lists_newest_first() {
    let at = |id: &str, published_at| Document { published_at, ..capability(id, "釉料") };
    let index = index([at("b", 20), at("a", 10), at("c", 30)]);
    assert_eq!(found(&index, ""), ["c", "b", "a"]);
    let sorted = SearchRequest { sort: Sort::Newest, ..request("釉料") };
    assert_eq!(ids(&index.search(&sorted).unwrap()), ["c", "b", "a"]);
}

#[test]
fn sorts_put_what_says_nothing_last() {
    let base = |id: &str| need(id, "釉料");
    let index = index([
        base("silent"),
        Document { deadline: Some(-5), budget_max: Some(100), ..base("first") },
        Document { deadline: Some(90), budget_min: Some(500), ..base("second") },
    ]);
    let by = |sort| ids(&index.search(&SearchRequest { sort, ..request("釉料") }).unwrap());
    assert_eq!(by(Sort::Deadline), ["first", "second", "silent"]);
    assert_eq!(by(Sort::Budget), ["second", "first", "silent"]);
}

fn filtered(filters: Filters) -> Vec<String> {
    let index = index([
        Document {
            subkind: "patent".into(),
            status: "published".into(),
            region_code: "440606103".into(),
            region_group: "珠三角".into(),
            industry_codes: vec!["C3854".into(), "C2669".into()],
            tech_field: Some("先进制造".into()),
            cooperation_modes: vec!["transfer".into(), "joint_dev".into()],
            org_type: "university".into(),
            owner_org_id: Some("org-1".into()),
            trl: Some(4),
            min_budget: Some(1_000),
            published_at: 100,
            ..capability("a", "涂层")
        },
        Document {
            region_code: "445200".into(),
            region_group: "粤东".into(),
            industry_codes: vec!["26".into()],
            trl: Some(2),
            target_trl: Some(7),
            budget_min: Some(200),
            budget_max: Some(500),
            published_at: 200,
            ..need("b", "涂层")
        },
        capability("c", "涂层"),
    ]);
    found_set(&index, &SearchRequest { filters, ..request("涂层") })
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[test]
fn codes_filter_at_every_level() {
    for region in ["44", "440000"] {
        let filters = Filters { regions: list(&[region]), ..Filters::default() };
        assert_eq!(filtered(filters), ["a", "b"], "{region}");
    }
    for region in ["4406", "440600", "440606", "440606103", "440606103000"] {
        let filters = Filters { regions: list(&[region]), ..Filters::default() };
        assert_eq!(filtered(filters), ["a"], "{region}");
    }
    for industry in ["C38", "38", "385", "C3854", "3854", "c3854"] {
        let filters = Filters { industries: list(&[industry]), ..Filters::default() };
        assert_eq!(filtered(filters), ["a"], "{industry}");
    }
    for industry in ["C", "C26", "26"] {
        let filters = Filters { industries: list(&[industry]), ..Filters::default() };
        assert_eq!(filtered(filters), ["a", "b"], "{industry}");
    }
}

#[test]
fn values_of_a_filter_are_alternatives_and_filters_add_up() {
    let either = Filters { regions: list(&["4406", "4452"]), ..Filters::default() };
    assert_eq!(filtered(either.clone()), ["a", "b"]);
    assert_eq!(filtered(Filters { kinds: list(&["need"]), ..either }), ["b"]);
    let single = |filters| assert_eq!(filtered(filters), ["a"]);
    single(Filters { subkinds: list(&["patent"]), ..Filters::default() });
    single(Filters { statuses: list(&["published"]), ..Filters::default() });
    single(Filters { region_groups: list(&["珠三角"]), ..Filters::default() });
    single(Filters { tech_fields: list(&["先进制造"]), ..Filters::default() });
    single(Filters { cooperation_modes: list(&["joint_dev", "equity"]), ..Filters::default() });
    single(Filters { org_types: list(&["university"]), ..Filters::default() });
    single(Filters { owner_org_ids: list(&["org-1"]), ..Filters::default() });
    single(Filters { exclude_ids: list(&["b", "c"]), ..Filters::default() });
}

#[test]
fn spans_filter_by_overlap() {
    let trl = |span| filtered(Filters { trl: Some(span), ..Filters::default() });
    assert_eq!(trl((5, 6)), ["b"]);
    assert_eq!(trl((1, 4)), ["a", "b"]);
    assert!(trl((8, 9)).is_empty());
    let budget = |from, to| filtered(Filters { budget: Some((from, to)), ..Filters::default() });
    assert_eq!(budget(None, Some(300)), ["b"]);
    assert_eq!(budget(Some(600), None), ["a"]);
    assert_eq!(budget(Some(400), Some(1_000)), ["a", "b"]);
    let date = |from, to| filtered(Filters { date: Some((from, to)), ..Filters::default() });
    assert_eq!(date(Some(100), Some(100)), ["a"]);
    assert_eq!(date(Some(101), None), ["b"]);
    assert_eq!(date(None, None), ["a", "b", "c"]);
}

#[test]
fn filters_and_viewers_do_not_change_scores() {
    let mut dice = Dice(3);
    let documents = (0..30).map(|n| Document {
        region_code: "4406".into(),
        ..capability(&format!("d{n}"), &dice.text(5))
    });
    let index = index(documents.collect::<Vec<_>>());
    let plain = index.search(&request("压铸模具涂层")).unwrap();
    let filters =
        Filters { regions: list(&["44"]), kinds: list(&["capability"]), ..Filters::default() };
    let viewer = Viewer { org_ids: list(&["org-9"]), ..Viewer::default() };
    let narrow = SearchRequest { filters, viewer, ..request("压铸模具涂层") };
    assert!(plain.total > 3);
    assert_eq!(index.search(&narrow).unwrap().hits, plain.hits);
}

#[test]
fn hits_tell_their_kind_and_terms_are_given_for_marking() {
    let index = index([need("n", "陶瓷釉料"), open("t", Kind::Town, "陶瓷")]);
    let response = index.search(&request("陶瓷")).unwrap();
    let mut kinds: Vec<_> = response.hits.iter().map(|hit| (hit.id.as_str(), hit.kind)).collect();
    kinds.sort();
    assert_eq!(kinds, [("n", Kind::Need), ("t", Kind::Town)]);
    assert!(response.terms.words["陶瓷"] > 0.0);
    assert!(response.terms.grams.contains_key("陶瓷"));
}

#[test]
fn document_changes_are_visible_at_once() {
    let index = index([capability("a", "陶瓷")]);
    add(&index, [capability("a", "轴承")]);
    assert!(found(&index, "陶瓷").is_empty());
    assert_eq!(found(&index, "轴承"), ["a"]);
    delete(&index, "a");
    assert!(found(&index, "轴承").is_empty());
}
