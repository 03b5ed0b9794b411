//! Ranking by the vectors of a model outside: what it finds, who may be ranked by what, and that a
//! target without a vector is neither lifted nor pushed down.

use std::sync::Arc;

use search_index::{
    Document, MatchHit, MatchRequest, MatchResponse, ModelQuery, ModelVector, SearchIndex, Side,
    Viewer,
};

use crate::support::*;

const MODEL: u32 = 5;

/// A unit vector at an angle, so that the cosine of two is that of their difference.
fn at(degrees: f32) -> Vec<f32> {
    vec![degrees.to_radians().cos(), degrees.to_radians().sin(), 0.0]
}

fn vector(tier: u8, degrees: f32) -> ModelVector {
    ModelVector { model: MODEL, tier, values: at(degrees) }
}

fn carrying(id: &str, title: &str, vectors: Vec<ModelVector>) -> Document {
    Document { model_vectors: vectors, ..capability(id, title) }
}

fn asked(index: &SearchIndex, model: Option<ModelQuery>, clearance: u8) -> MatchResponse {
    let request = MatchRequest {
        profile: profile(Side::Need, "电饭锅内胆耐磨陶瓷涂层"),
        viewer: Viewer { clearance, ..Viewer::default() },
        limit: 50,
        model: model.map(Arc::new),
        ..MatchRequest::default()
    };
    index.matches(&request).unwrap()
}

fn query(degrees: f32) -> Option<ModelQuery> {
    Some(ModelQuery { model: MODEL, vector: at(degrees), unlike: 0.5, alike: 1.0 })
}

fn hit<'a>(response: &'a MatchResponse, id: &str) -> Option<&'a MatchHit> {
    response.hits.iter().find(|hit| hit.id == id)
}

fn part(hit: &MatchHit, name: &str) -> Option<(f32, f32)> {
    let part = hit.parts.iter().find(|part| part.name == name)?;
    Some((part.value, part.weight))
}

#[test]
fn the_model_finds_what_shares_no_word() {
    let foreign = "Court decisions of the appellate body";
    let index = index([
        carrying("near", foreign, vec![vector(0, 10.0)]),
        carrying("far", foreign, vec![vector(0, 80.0)]),
        carrying("other", foreign, vec![ModelVector { model: 6, ..vector(0, 10.0) }]),
    ]);
    assert!(asked(&index, None, 0).hits.is_empty());
    let response = asked(&index, query(0.0), 0);
    assert_eq!(response.hits.len(), 1, "far is below what the model calls unlike");
    let near = hit(&response, "near").unwrap();
    assert!((near.model_nearness.unwrap() - 10_f32.to_radians().cos()).abs() < 0.01);
    assert!(part(near, "model").unwrap().0 > 0.95);
    let unknown = ModelQuery { model: 77, ..query(0.0).unwrap() };
    assert!(asked(&index, Some(unknown), 0).hits.is_empty());
}

#[test]
fn a_target_without_a_vector_scores_as_if_there_were_no_model() {
    let title = "电饭锅内胆陶瓷涂层";
    let index = index([
        capability("none", title),
        carrying("near", title, vec![vector(0, 0.0)]),
        carrying("far", title, vec![vector(0, 90.0)]),
    ]);
    let (without, with) = (asked(&index, None, 0), asked(&index, query(0.0), 0));
    let score = |response, id| hit(response, id).unwrap().score;
    assert_eq!(score(&with, "none").to_bits(), score(&without, "none").to_bits());
    assert!(score(&with, "near") > score(&with, "none"));
    assert!(score(&with, "none") > score(&with, "far"));
    assert_eq!(hit(&with, "none").unwrap().model_nearness, None);
    assert_eq!(part(hit(&with, "none").unwrap(), "model"), None);
    // What the model weighs is taken from words and their vectors alone.
    for id in ["near", "none"] {
        let hit = hit(&with, id).unwrap();
        let sum: f32 = hit.parts.iter().map(|part| part.weight).sum();
        assert!((sum - 1.0).abs() < 1e-5);
        let industry = |response| part(self::hit(response, id).unwrap(), "industry").unwrap().1;
        assert!((industry(&with) - industry(&without)).abs() < 1e-6);
    }
}

#[test]
fn a_viewer_is_ranked_by_readable_text_alone() {
    let title = "电饭锅内胆陶瓷涂层";
    let mut document = carrying("d", title, vec![vector(0, 60.0), vector(2, 0.0)]);
    document.texts[2] = "只给经纪人看的工艺参数".to_owned();
    let index = index([document]);
    let nearness = |clearance| {
        let response = asked(&index, query(0.0), clearance);
        hit(&response, "d").unwrap().model_nearness.unwrap()
    };
    assert!((nearness(0) - 0.5).abs() < 0.01 && (nearness(1) - 0.5).abs() < 0.01);
    assert!(nearness(2) > 0.99);
}

#[test]
fn vectors_come_with_later_changes_and_outlive_merges() {
    let title = "Court decisions of the appellate body";
    let index = index([capability("d", title)]);
    assert!(asked(&index, query(0.0), 0).hits.is_empty());
    add(&index, [carrying("d", title, vec![vector(0, 0.0)])]);
    for n in 0..20 {
        add(&index, [carrying(&format!("x{n}"), title, vec![vector(0, 90.0)])]);
    }
    let response = asked(&index, query(0.0), 0);
    assert_eq!(response.hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["d"]);
    add(&index, [carrying("d", title, vec![vector(0, 90.0)])]);
    assert!(asked(&index, query(0.0), 0).hits.is_empty());
}
