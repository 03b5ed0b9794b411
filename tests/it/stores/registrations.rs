//! Registrations that wait, and their links.

use chrono::TimeDelta;
use townbridge::accounts::ops::sign_in;
use townbridge::accounts::principal::Caller;
use townbridge::accounts::registration::model::{Register, VerifyMail};
use townbridge::accounts::registration::ops as registration;
use townbridge::accounts::sessions::model::SignIn;
use townbridge::error::Error;
use townbridge::jobs::housekeeping;
use townbridge::organizations::model::OrganizationFields;
use townbridge::records::parts::Contact;

use super::databases::TestDatabase;
use super::on_both;
use crate::support::{CONSENT, credit_code, token_in};

on_both!(
    every_link_of_a_registration_works_until_one_is_used,
    a_clash_ends_one_registration_and_its_links,
    registrations_end_with_their_links,
);

const MAIL: &str = "founder@firm.example";
const PASSWORD: &str = "lantern festival";

fn register(db: &TestDatabase, mail: &str, number: u32) {
    let command = Register {
        organization: OrganizationFields {
            name: Some(format!("第{number}登记有限公司")),
            uscc: Some(credit_code(8_000 + number)),
            org_type: Some("university".to_owned()),
            region_code: Some("440106".to_owned()),
            contact: Some(Contact { name: "试".to_owned(), ..Contact::default() }),
            ..OrganizationFields::default()
        },
        name: "试".to_owned(),
        mail: mail.to_owned(),
        language: None,
    };
    registration::register(db, &Caller::anonymous(), &command).unwrap();
}

/// Secrets of the links mailed to an address, in the order of the mails.
fn links(db: &TestDatabase, mail: &str) -> Vec<String> {
    use diesel::prelude::*;
    use townbridge::db::schema::outbox_mails;
    let bodies: Vec<String> = db
        .db
        .read(|db| {
            Ok(townbridge::on!(db, conn => outbox_mails::table
                .filter(outbox_mails::recipient.eq(mail))
                .order(outbox_mails::id.asc())
                .select(outbox_mails::body)
                .load(conn))?)
        })
        .unwrap();
    let secrets = |body: &String| -> Vec<String> {
        body.match_indices("?token=").map(|(at, _)| token_in(&body[at..])).collect()
    };
    bodies.iter().flat_map(secrets).collect()
}

fn rows(db: &TestDatabase) -> (i64, i64) {
    use diesel::prelude::*;
    use townbridge::db::schema::{registration_links, registrations};
    let count = db.db.read(|db| {
        let rows = townbridge::on!(db, conn => registrations::table.count().get_result(conn))?;
        let links =
            townbridge::on!(db, conn => registration_links::table.count().get_result(conn))?;
        Ok((rows, links))
    });
    count.unwrap()
}

fn verify(db: &TestDatabase, token: &str) -> Result<(), Error> {
    let (token, password) = (token.to_owned(), Some(PASSWORD.to_owned()));
    let command = VerifyMail { token, password, consent: Some(CONSENT.to_owned()) };
    registration::verify(db, &Caller::anonymous(), &command)
}

fn every_link_of_a_registration_works_until_one_is_used(db: &TestDatabase) {
    for number in 1..=4 {
        register(db, MAIL, number);
    }
    // The fourth is not kept; its mail has a further link of each of the others.
    assert_eq!(rows(db), (3, 3));
    let links = links(db, MAIL);
    let names = |links: &[String]| -> Vec<Option<String>> {
        links.iter().map(|link| Some(registration::show(db, link).unwrap()?.org)).collect()
    };
    let expected = [1, 2, 3, 1, 2, 3].map(|number| Some(format!("第{number}登记有限公司")));
    assert_eq!(names(&links), expected);
    verify(db, &links[4]).unwrap();
    assert_eq!(rows(db), (0, 0));
    assert!(names(&links).iter().all(Option::is_none));
    assert!(matches!(verify(db, &links[1]), Err(Error::Invalid(_))));
    let proof = SignIn { mail: MAIL.to_owned(), password: PASSWORD.to_owned() };
    sign_in(db, &Caller::anonymous(), &proof, None).unwrap();
}

fn a_clash_ends_one_registration_and_its_links(db: &TestDatabase) {
    for number in [1, 2, 3, 4] {
        register(db, MAIL, number);
    }
    register(db, "faster@firm.example", 2);
    verify(db, &links(db, "faster@firm.example")[0]).unwrap();
    let links = links(db, MAIL);
    assert!(matches!(verify(db, &links[4]), Err(Error::Conflict { .. })));
    assert_eq!(rows(db), (2, 2));
    // Those of other organisations can still be confirmed.
    verify(db, &links[0]).unwrap();
}

fn registrations_end_with_their_links(db: &TestDatabase) {
    for number in 1..=4 {
        register(db, MAIL, number);
    }
    db.clock.advance(TimeDelta::days(db.config.accounts.link_days.into()));
    for link in links(db, MAIL) {
        assert_eq!(registration::show(db, &link).unwrap(), None);
        assert!(matches!(verify(db, &link), Err(Error::Invalid(_))));
    }
    housekeeping::tidy(db).unwrap();
    assert_eq!(rows(db), (0, 0));
}
