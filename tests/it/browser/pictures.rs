//! Pictures of the README and the docs, taken of the demonstration: `scripts/renew-pictures` puts them there.

use super::driver::{Driven, PHONE, Window, demonstration};
use super::every_page::{FIRM, LIAISON, OFFICER, Person};

/// A window in which the beginning of most pages has room.
const TALL: Window = Window { size: (1280, 1500), language: "zh-CN" };

/// Name of a picture, whose page it is, its address, the link that leads on, the part to begin at, the window.
type Picture = (&'static str, Person, &'static str, Option<&'static str>, &'static str, Window);

const PICTURES: [Picture; 5] = [
    ("matches", FIRM, "/search?kind=need", Some("[data-hit] h3 a"), "#matches", TALL),
    ("cockpit", LIAISON, "/cockpit", None, "body", TALL),
    ("case", LIAISON, "/cases", Some("main a[href^='/cases/']"), "body", TALL),
    ("dashboard", OFFICER, "/dashboard", None, "body", TALL),
    ("need-form", FIRM, "/needs/new?step=1", None, "body", PHONE),
];

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_the_docs_can_be_taken() {
    let app = demonstration().await;
    for (name, (_, mail, password), page, link, part, window) in PICTURES {
        let browser = Driven::open(&app, window).await;
        browser.sign_in(mail, password).await;
        browser.go(page).await;
        if let Some(link) = link {
            let href = browser.link(link).await;
            browser.go(&href).await;
        }
        // `faults` waits until the page has come to rest.
        assert_eq!(browser.faults(name).await, Vec::<String>::new());
        browser.ask(&format!("document.querySelector({part:?}).scrollIntoView()")).await;
        browser.keep_picture(&format!("picture-{name}")).await;
        browser.close().await;
    }
}
