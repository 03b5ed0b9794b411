//! The queue of texts for a model server, and the vectors that come of it.

use chrono::TimeDelta;
use search_index::{Document, Kind};
use townbridge::embeddings::model::{Recipe, StoredModel, number_of};
use townbridge::embeddings::ops;
use townbridge::embeddings::yardstick::{TEXTS, Yardstick};
use townbridge::records::model::RecordKind;
use townbridge::records::store::changes_after;

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    a_text_is_taken_by_one_node_and_becomes_a_vector,
    a_text_that_fails_is_tried_less_and_less_often,
    vectors_are_of_the_text_as_it_is,
    a_model_takes_over_when_it_has_vectors_enough,
);

fn recipe(db: &TestDatabase, model: &str) -> Recipe {
    Recipe { model: model.to_owned(), ..Recipe::of(&db.config.embeddings) }
}

fn documents(titles: &[&str]) -> Vec<Document> {
    let document = |(at, title): (usize, &&str)| Document {
        open: true,
        ..Document::new(format!("d{at}"), Kind::Capability, *title)
    };
    titles.iter().enumerate().map(document).collect()
}

fn records(documents: &[Document]) -> Vec<(RecordKind, String)> {
    documents.iter().map(|one| (RecordKind::Capability, one.id.clone())).collect()
}

/// Puts documents into the queue as if they were the changes up to a number.
fn enqueue(db: &TestDatabase, recipe: &Recipe, to: i64, documents: &[Document]) -> StoredModel {
    let model = ops::open_model(db, recipe).unwrap();
    assert!(ops::enqueue(db, &model, to, &records(documents), documents).unwrap());
    let again = ops::enqueue(db, &model, to, &records(documents), documents).unwrap();
    assert!(!again, "what another node has put in already");
    model
}

fn claim(db: &TestDatabase, model: &StoredModel, batch: usize) -> Vec<(String, i32)> {
    let rows = ops::claim(db, &model.name, batch, TimeDelta::minutes(5)).unwrap();
    rows.into_iter().map(|row| (row.record_id, row.attempts)).collect()
}

/// Has all that is due made into vectors.
fn embed(db: &TestDatabase, model: &StoredModel) -> usize {
    let rows = ops::claim(db, &model.name, 100, TimeDelta::minutes(5)).unwrap();
    let vectors = vec![vec![1.0, -0.5]; rows.len()];
    ops::settle(db, &rows, &vectors).unwrap();
    rows.len()
}

fn queue(db: &TestDatabase, model: &StoredModel) -> (i64, i64) {
    db.db.read(|db| ops::queue(db, &model.name)).unwrap()
}

fn a_text_is_taken_by_one_node_and_becomes_a_vector(db: &TestDatabase) {
    let model = enqueue(db, &recipe(db, "e5"), 7, &documents(&["甲", "乙", "丙"]));
    assert_eq!(ops::open_model(db, &recipe(db, "e5")).unwrap().position, 7);
    let rows = ops::claim(db, &model.name, 2, TimeDelta::minutes(5)).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((claim(db, &model, 10).len(), claim(db, &model, 10).len()), (1, 0));
    ops::settle(db, &rows, &[vec![1.0, 0.0], vec![0.0, 1.0]]).unwrap();
    assert_eq!(queue(db, &model), (1, 0));
    // Indexes learn of it by the change log.
    let changes = db.db.read(|db| changes_after(db, 0, 10)).unwrap();
    let mut changed: Vec<_> = changes.into_iter().map(|entry| entry.record_id).collect();
    changed.sort();
    let mut expected: Vec<_> = rows.iter().map(|row| row.record_id.clone()).collect();
    expected.sort();
    assert_eq!(changed, expected);
    // A node that died over a text leaves it to the others when its claim has run out.
    db.clock.advance(TimeDelta::minutes(6));
    assert_eq!(claim(db, &model, 10).len(), 1);
}

fn a_text_that_fails_is_tried_less_and_less_often(db: &TestDatabase) {
    let model = enqueue(db, &recipe(db, "e5"), 1, &documents(&["甲", "乙"]));
    let rows = ops::claim(db, &model.name, 10, TimeDelta::minutes(5)).unwrap();
    ops::give_back(db, &rows).unwrap();
    let rows = ops::claim(db, &model.name, 10, TimeDelta::minutes(5)).unwrap();
    assert!(rows.iter().all(|row| row.attempts == 0), "the server was to blame");
    ops::blame(db, &rows, "status 500", false).unwrap();
    assert_eq!(claim(db, &model, 10), []);
    for attempts in 1..5 {
        db.clock.advance(TimeDelta::hours(2));
        for _ in 0..2 {
            let rows = ops::claim(db, &model.name, 10, TimeDelta::minutes(5)).unwrap();
            assert_eq!((rows.len(), rows[0].attempts), (1, attempts), "one by one");
            ops::blame(db, &rows, "status 500", false).unwrap();
        }
    }
    assert_eq!(queue(db, &model), (0, 2));
    db.clock.advance(TimeDelta::hours(2));
    assert_eq!(claim(db, &model, 10), []);
    db.clock.advance(TimeDelta::hours(23));
    assert_eq!(embed(db, &model) + embed(db, &model), 2);
    assert_eq!(queue(db, &model), (0, 0));
    // One that is refused by itself need not be asked for again and again.
    let model = enqueue(db, &recipe(db, "bge"), 1, &documents(&["丙"]));
    let rows = ops::claim(db, &model.name, 1, TimeDelta::minutes(5)).unwrap();
    ops::blame(db, &rows, "status 400", true).unwrap();
    assert_eq!(queue(db, &model), (0, 1));
}

fn vectors_are_of_the_text_as_it_is(db: &TestDatabase) {
    let recipe = recipe(db, "e5");
    let mut documents = documents(&["甲", "乙", "丙"]);
    let model = enqueue(db, &recipe, 1, &documents);
    assert_eq!(embed(db, &model), 3);
    let attached = |documents: &[Document]| -> Vec<usize> {
        let mut documents = documents.to_vec();
        db.db.read(|db| ops::attach(db, &mut documents)).unwrap();
        for vector in documents.iter().flat_map(|document| &document.model_vectors) {
            assert_eq!(vector.model, number_of(&model.name));
            assert_eq!((vector.tier, vector.values.as_slice()), (0, &[1.0, -0.5][..]));
        }
        documents.iter().map(|document| document.model_vectors.len()).collect()
    };
    assert_eq!(attached(&documents), [1, 1, 1]);
    documents[0].title = "丁".to_owned();
    documents[1].open = false;
    assert_eq!(attached(&documents), [0, 0, 1]);
    enqueue(db, &recipe, 2, &documents);
    assert_eq!(embed(db, &model), 1, "what has not changed is not asked for again");
    assert_eq!(attached(&documents), [1, 0, 1]);
    let gone = [(RecordKind::Capability, "d2".to_owned())];
    let model = ops::open_model(db, &recipe).unwrap();
    assert!(ops::enqueue(db, &model, 3, &gone, &[]).unwrap());
    documents[1].open = true;
    assert_eq!(attached(&documents), [1, 0, 0], "nothing is kept of what is closed or gone");
}

fn a_model_takes_over_when_it_has_vectors_enough(db: &TestDatabase) {
    let yardstick = Yardstick::of(vec![vec![1.0, 0.0]; TEXTS.len()]).unwrap();
    let elected = |model: &StoredModel, caught_up| {
        ops::elect(db, &model.name, caught_up).unwrap().map(|serving| serving.name)
    };
    let old = enqueue(db, &recipe(db, "e5"), 1, &documents(&["甲", "乙"]));
    ops::keep_yardstick(db, &old, &yardstick).unwrap();
    assert_eq!(elected(&old, true), None, "it has no vectors yet");
    embed(db, &old);
    assert_eq!(elected(&old, false), None, "there may be texts that it has not been asked for");
    assert_eq!(elected(&old, true), Some(old.name.clone()));
    let new = enqueue(db, &recipe(db, "bge"), 1, &documents(&["甲", "乙"]));
    ops::keep_yardstick(db, &new, &yardstick).unwrap();
    assert_eq!(elected(&new, true), Some(old.name.clone()));
    embed(db, &new);
    assert_eq!(elected(&new, true), Some(new.name.clone()));
    assert_eq!(elected(&old, true), Some(old.name.clone()), "for a node that has not changed yet");
    assert_eq!(ops::progress(db, &old.name).unwrap().done, 2);
    db.clock.advance(TimeDelta::minutes(61));
    assert_eq!(elected(&new, true), Some(new.name.clone()));
    assert_eq!(ops::progress(db, &old.name).unwrap().done, 0);
    assert_eq!(ops::progress(db, &new.name).unwrap().done, 2);
}
