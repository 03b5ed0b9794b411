//! Templates of messages on both databases.

use townbridge::accounts::principal::Caller;
use townbridge::error::Error;
use townbridge::messages::model::{Form, Key, LetterKind, MessageKind, TemplateTexts};
use townbridge::messages::ops;

use super::databases::TestDatabase;
use super::on_both;

on_both!(of_two_saves_of_one_version_one_is_kept, the_last_save_is_in_force);

fn key() -> Key {
    ops::key(&Caller::system("test"), LetterKind::Reset.as_str(), "en").unwrap()
}

fn save(db: &TestDatabase, version: i32, text: &str) -> Result<i32, Error> {
    let texts = TemplateTexts { body: Some(format!("{text}: %{{link}}")), ..Default::default() };
    let system = Caller::system("test");
    ops::save(db.service(), &system, key(), version, &texts).map(|view| view.version)
}

fn of_two_saves_of_one_version_one_is_kept(db: &TestDatabase) {
    save(db, 0, "first").unwrap();
    let done: Vec<Result<i32, Error>> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|at| scope.spawn(move || save(db, 1, &format!("no {at}")))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|one| matches!(one, Ok(2))).count(), 1);
    let late = done.iter().filter(|one| matches!(one, Err(Error::PreconditionFailed)));
    assert_eq!(late.count(), 3, "{done:?}");
    let versions = ops::versions(db.service(), &Caller::system("test"), key()).unwrap();
    assert_eq!(versions.len(), 2);
}

fn the_last_save_is_in_force(db: &TestDatabase) {
    save(db, 0, "one").unwrap();
    save(db, 1, "two").unwrap();
    let said = |db: &TestDatabase| {
        db.db
            .read(|conn| {
                let kind = MessageKind::Letter(LetterKind::Reset);
                let texts = ops::texts(conn)?;
                Ok(texts.say(kind, Form::Body, key().language, &Default::default()))
            })
            .unwrap()
    };
    assert_eq!(said(db), "two: ");
    save(db, 2, "").unwrap();
    assert_eq!(said(db), ": ");
}
