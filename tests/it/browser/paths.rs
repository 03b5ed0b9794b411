//! Ways through the pages by real clicks and keys.

use super::driver::{DESK, Driven, PHONE, demonstration};
use super::webdriver::{ENTER, TAB};

const FIRM: (&str, &str) = ("huang.yuting@yaolan-lighting.example", "demo-Yaolan-2026");

#[tokio::test(flavor = "multi_thread")]
async fn filters_of_the_search_answer_in_place_and_the_back_button_takes_them_back() {
    let app = demonstration().await;
    let browser = Driven::open(&app, DESK).await;
    browser.go("/search?kind=need").await;
    let all = browser.text("#found [role=status]").await;
    browser.ask("window.kept = true").await;
    browser.click("#narrow details li:nth-child(2) a").await;
    let said = "document.querySelector('#found [role=status]')?.innerText";
    browser.until(&format!("{said} && {said} !== {all:?}")).await;
    assert_eq!(browser.ask("return window.kept").await, true, "the page was loaded anew");
    assert!(browser.path().await.contains("subkind="), "{}", browser.path().await);
    assert!(
        browser
            .ask("return document.activeElement.id")
            .await
            .as_str()
            .unwrap()
            .starts_with("narrow-")
    );
    browser.back().await;
    browser.until(&format!("{said} === {all:?}")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_posts_a_need_by_keyboard_alone_on_a_phone() {
    let app = demonstration().await;
    let browser = Driven::open(&app, PHONE).await;
    browser.sign_in(FIRM.0, FIRM.1).await;
    browser.go("/account").await;
    // The first stop leads past the navigation.
    browser.press(TAB).await;
    assert_eq!(browser.ask("return document.activeElement.className").await, "skip");
    browser.press(ENTER).await;
    tab_to(&browser, "document.activeElement.matches(\"a[href='/needs/new']\")").await;
    browser.press(ENTER).await;
    browser.until("location.pathname === '/needs/new'").await;
    tab_to(&browser, "document.activeElement.id === 'title'").await;
    browser.press("铝合金灯体喷粉后附着力不足").await;
    // The first of the kinds is chosen as one types in a list.
    tab_to(&browser, "document.activeElement.id === 'need_kind'").await;
    browser.press("\u{e015}").await;
    tab_to(&browser, "document.activeElement.id === 'problem'").await;
    browser
        .press("喷粉后划格试验只有两级，客户要求零级，前处理线长度不变，求前处理与固化参数方案。")
        .await;
    tab_to(&browser, "document.activeElement.value === 'save'").await;
    browser.press(ENTER).await;
    browser.until("/^.needs.[0-9a-f-]{36}/.test(location.pathname)").await;
    browser.go("/account").await;
    assert!(browser.text("main").await.contains("铝合金灯体喷粉后附着力不足"));
    browser.close().await;
}

/// Presses Tab until something holds.
async fn tab_to(browser: &Driven, holds: &str) {
    for _ in 0..80 {
        if browser.ask(&format!("return {holds}")).await == true {
            return;
        }
        browser.press(TAB).await;
    }
    panic!("not reached by Tab: {holds}");
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_are_drawn_and_lead_to_what_they_show() {
    let app = demonstration().await;
    let browser = Driven::open(&app, DESK).await;
    browser.go("/statistics").await;
    let drawn = "document.querySelectorAll('figure[data-drawn] canvas').length";
    browser.until(&format!("{drawn} === document.querySelectorAll('figure .plot').length")).await;
    // The picture can be kept, which only the script knows to do.
    let shown = "return document.querySelectorAll('[data-picture]:not([hidden])').length";
    assert!(browser.ask(shown).await.as_i64().unwrap() >= 3);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_network_and_a_failed_part_are_said_without_moving_the_page() {
    let app = demonstration().await;
    let browser = Driven::open(&app, DESK).await;
    browser.go("/search?kind=need").await;
    let place = "return document.querySelector('#answer').getBoundingClientRect().top";
    let before = browser.ask(place).await;
    browser.ask("window.dispatchEvent(new Event('offline'))").await;
    browser.until("document.querySelector('#net:not([hidden]) [data-said]').innerText").await;
    assert_eq!(browser.ask(place).await, before);
    assert_eq!(browser.faults("offline").await, Vec::<String>::new());
    browser.ask("window.dispatchEvent(new Event('online'))").await;
    browser.until("document.querySelector('#net').hidden").await;
    // A part that cannot be fetched leaves what is there.
    browser.ask("window.fetch = () => Promise.reject(new TypeError('lost'))").await;
    browser.click("#narrow details li:nth-child(2) a").await;
    browser.until("document.querySelector('#net').dataset.state === 'failed'").await;
    assert_eq!(browser.ask("return document.querySelectorAll('#answer').length").await, 1);
    assert_eq!(browser.ask(place).await, before);
    browser.click("#net [data-close]").await;
    browser.until("document.querySelector('#net').hidden").await;
    browser.close().await;
}
