//! What goes to paper: reports, contracts and matches without what only a screen can do.

use super::driver::{DESK, Driven, demonstration};
use super::every_page::{FIRM, LIAISON, OFFICER, Person};

/// What nobody can use on paper.
const OF_THE_SCREEN: [&str; 6] = ["nav", "button", "form", ".button", ".top", ".foot"];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_holds_the_record_and_nothing_to_click() {
    let app = demonstration().await;
    let pages: [(Person, &str, Option<&str>); 4] = [
        (LIAISON, "/contracts", Some("main a[href^='/contracts/']:not([href$='/new'])")),
        (LIAISON, "/projects", Some("main a[href^='/projects/']:not([href$='/new'])")),
        (OFFICER, "/reports?by=programme&then=town", None),
        (FIRM, "/search?kind=need", Some("[data-hit] h3 a")),
    ];
    for ((_, mail, password), page, link) in pages {
        let browser = Driven::open(&app, DESK).await;
        browser.sign_in(mail, password).await;
        browser.go(page).await;
        if let Some(link) = link {
            let href = browser.link(link).await;
            browser.go(&href).await;
        }
        let heading: String = browser.text("main h1").await.split_whitespace().collect();
        let fact: String = browser.text("main dd, main td").await.split_whitespace().collect();
        let (text, drawn) = browser.printed(&OF_THE_SCREEN).await;
        assert_eq!(drawn, Vec::<String>::new(), "{page}");
        assert!(text.contains(&heading), "{page}: {heading} is not in {text}");
        assert!(text.contains(&fact), "{page}: {fact} is not in {text}");
        browser.close().await;
    }
}
