//! A browser without a screen: keeps cookies, asks for HTML, sends forms with their token.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::Method;
use scraper::{Html, Selector};

use super::files::with_form;
use super::{Account, Answer, Client, PASSWORD, TestApp};

/// Cookie that forms have to repeat.
const FORM_COOKIE: &str = "townbridge_form";

/// One browser with its cookies.
pub struct Browser {
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl TestApp {
    /// A browser that has been nowhere yet.
    pub fn browser(&self) -> Browser {
        Browser { client: self.anonymous(), cookies: Mutex::default() }
    }

    /// A browser in which somebody has signed in.
    pub async fn browser_of(&self, account: &Account) -> Browser {
        let browser = self.browser();
        browser.get("/sign-in").await;
        let fields = [("mail", account.mail.as_str()), ("password", PASSWORD)];
        browser.submit("/sign-in", &fields).await.expect(303);
        browser
    }
}

impl Browser {
    /// The cookie of a name.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Sets a cookie by hand.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    fn remember(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for header in answer.headers.get_all("set-cookie") {
            let text = header.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A request as a browser sends it.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let cookies = self.cookies.lock().unwrap();
        let cookies: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.client
            .request(method, path)
            .header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header("cookie", cookies.join("; "))
    }

    /// Sends a request and keeps the cookies of the answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = self.client.send(request).await;
        self.remember(&answer);
        answer
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// A form as a browser sends it, to be completed and given to [`Browser::send`].
    pub fn form<N: AsRef<str>, V: AsRef<str>>(
        &self,
        path: &str,
        fields: &[(N, V)],
    ) -> reqwest::RequestBuilder {
        let mut url = reqwest::Url::parse("http://form.example/").unwrap();
        url.query_pairs_mut().extend_pairs(fields);
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(url.query().unwrap_or_default().to_owned())
    }

    /// Sends a form without its token.
    pub async fn submit_bare(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.form(path, fields)).await
    }

    /// Sends a form as its page would.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.cookie(FORM_COOKIE).expect("a page with a form has been opened");
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.submit_bare(path, &all).await
    }

    /// Opens a record's page and sends one of its forms, for the version that the page shows.
    pub async fn act(&self, page: &str, form: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).await;
        let known = shown.status == 200 && shown.count("[name=version]") > 0;
        let version = known.then(|| shown.attribute("[name=version]", "value"));
        let mut all = vec![("version", version.as_deref().unwrap_or("1"))];
        all.extend_from_slice(fields);
        self.submit(&format!("{page}/{form}"), &all).await
    }

    /// Sends a form that brings files, as its page would.
    pub async fn submit_files(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        let token = self.cookie(FORM_COOKIE).expect("a page with a form has been opened");
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.send(with_form(self.request(Method::POST, path), &all, files)).await
    }
}

impl Answer {
    /// The parsed page.
    pub fn page(&self) -> Html {
        assert!(self.header("content-type").starts_with("text/html"), "{}", self.text());
        Html::parse_document(&self.text())
    }

    /// Texts of all elements of a selector, white space folded.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let page = self.page();
        let fold = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        page.select(&css(selector)).map(|element| fold(element.text().collect())).collect()
    }

    /// Text of the only element of a selector.
    #[track_caller]
    pub fn only(&self, selector: &str) -> String {
        let mut texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector}: {texts:?}");
        texts.remove(0)
    }

    /// How many elements there are of a selector.
    pub fn count(&self, selector: &str) -> usize {
        self.page().select(&css(selector)).count()
    }

    /// An attribute of the first element of a selector.
    #[track_caller]
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let page = self.page();
        let element = page.select(&css(selector)).next().expect(selector);
        element.attr(name).unwrap_or_default().to_owned()
    }
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}
