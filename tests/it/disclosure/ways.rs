//! The ways by which a record leaves the service.

use std::future::Future;
use std::io::Cursor;
use std::pin::Pin;

use calamine::{Reader, Xlsx};
use reqwest::Method;
use serde_json::json;

use super::{CARD, DETAIL, GUZHEN, Kind, Marked, SEALED, Shows};
use crate::support::Client;

type Answered = Pin<Box<dyn Future<Output = String>>>;

/// A way that a record leaves the service: the whole answer to one caller, as text.
pub type Way = fn(Client, Marked) -> Answered;

/// Ways that name the owner for another reason than the record: they are about the organisation.
pub const NAME_THE_OWNER: [&str; 2] = ["page of the organisation", "page of the town"];

pub const WAYS: &[(&str, Shows, Way)] = &[
    ("show", Shows::All, show),
    ("list", Shows::All, list),
    ("list of the organisation", Shows::Part, list_of_org),
    ("steps", Shows::Nothing, steps),
    ("versions", Shows::Nothing, versions),
    ("version", Shows::AllOrNothing, version),
    ("comparison of versions", Shows::Part, comparison),
    ("grants", Shows::Nothing, grants),
    ("export as CSV", Shows::All, export_csv),
    ("export as lines of JSON", Shows::All, export_jsonl),
    ("export as a workbook", Shows::All, export_xlsx),
    ("export of the organisation", Shows::Part, export_of_org),
    ("search", Shows::Card, search),
    ("search for hidden words", Shows::Part, search_hidden),
    ("search with facets", Shows::Card, facets),
    ("suggestions", Shows::Card, suggest),
    ("matches of free text", Shows::Card, matches_of_text),
    ("matches of the record", Shows::Nothing, matches_of_record),
    ("near-duplicates of a draft", Shows::Any, duplicates_of_draft),
    ("near-duplicates of a record", Shows::Any, duplicates_of_record),
    ("confirmation", Shows::Part, confirmation),
    ("page of the record", Shows::Card, page_of_record),
    ("page for editing", Shows::Part, page_for_editing),
    ("page of the search", Shows::Card, page_of_search),
    ("page of matches", Shows::Card, page_of_matches),
    ("page of the organisation", Shows::Any, page_of_org),
    ("page of the town", Shows::Any, page_of_town),
    ("page of the towns", Shows::Nothing, page_of_towns),
    ("start page", Shows::Any, start_page),
];

/// The answer's body, whatever the status: a problem must not tell either.
fn get(client: Client, path: String) -> Answered {
    Box::pin(async move { client.get(&path).await.text() })
}

fn show(client: Client, record: Marked) -> Answered {
    get(client, record.path())
}

fn list(client: Client, record: Marked) -> Answered {
    get(client, format!("{}?limit=100", record.folder()))
}

fn list_of_org(client: Client, record: Marked) -> Answered {
    get(client, format!("{}?limit=100&org_id={}", record.folder(), record.org))
}

fn steps(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/steps", record.path()))
}

fn versions(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/versions", record.path()))
}

fn version(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/versions/1", record.path()))
}

fn comparison(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/versions/1/differences/{}", record.path(), record.version))
}

fn grants(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/grants", record.path()))
}

fn export_csv(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/export", record.folder()))
}

fn export_jsonl(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/export?format=jsonl", record.folder()))
}

fn export_of_org(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/export?org_id={}", record.folder(), record.org))
}

/// All cells of all sheets.
fn export_xlsx(client: Client, record: Marked) -> Answered {
    let path = format!("{}/export?format=xlsx", record.folder());
    Box::pin(async move {
        let bytes = client.get(&path).await.expect(200).body;
        let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheets = book.worksheets();
        let cells = sheets.iter().flat_map(|(_, range)| range.rows().flatten());
        cells.map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })
}

fn search(client: Client, _: Marked) -> Answered {
    get(client, format!("search?q={CARD}"))
}

/// By words of the fields that not everybody sees.
fn search_hidden(client: Client, _: Marked) -> Answered {
    Box::pin(async move {
        let mut all = String::new();
        for words in [DETAIL, SEALED] {
            all.push_str(&client.get(&format!("search?q={words}")).await.expect(200).text());
        }
        all
    })
}

fn facets(client: Client, _: Marked) -> Answered {
    get(client, format!("search?q={CARD}&facets=all"))
}

fn suggest(client: Client, _: Marked) -> Answered {
    get(client, "suggest?q=mark".to_owned())
}

fn matches_of_text(client: Client, record: Marked) -> Answered {
    let side = if record.kind == Kind::Need { "capability" } else { "need" };
    let text = format!("{CARD} {DETAIL} {SEALED}");
    // The figures are held against those of the record, in whichever of its fields they stand.
    let figures = "结温不超过95℃，壳温不超过70℃";
    let body = json!({ "side": side, "title": text, "text": format!("{text}\n{figures}") });
    Box::pin(async move { client.post_json("match", body).await.expect(200).text() })
}

fn matches_of_record(client: Client, record: Marked) -> Answered {
    get(client, format!("{}/matches", record.path()))
}

fn confirmation(client: Client, record: Marked) -> Answered {
    let path = format!("{}/verify", record.path());
    Box::pin(async move { client.post_json(&path, json!(null)).await.text() })
}

/// By the words of every field; what is answered must not depend on those that are kept back.
fn duplicates_of_draft(client: Client, record: Marked) -> Answered {
    let path = format!("{}/duplicates", record.folder());
    Box::pin(async move {
        let shown = client.get(&record.path()).await.json();
        let problem = format!("{} {DETAIL}", "需要新的散热结构。".repeat(8));
        let body = match record.kind {
            Kind::Need => json!({ "title": shown["title"], "problem": problem }),
            Kind::Capability => json!({ "title": shown["title"], "summary": shown["summary"] }),
        };
        client.post_json(&path, body).await.text()
    })
}

/// Of a record of the caller's own, when there is an organisation to write for.
fn duplicates_of_record(client: Client, record: Marked) -> Answered {
    let kind = if record.kind == Kind::Need { "need_kind" } else { "asset_kind" };
    let code = if record.kind == Kind::Need { "tech_problem" } else { "service" };
    Box::pin(async move {
        let shown = client.get(&record.path()).await.json();
        let body = json!({ "title": shown["title"], kind: code });
        let answer = client.post_json(record.folder(), body).await;
        if answer.status != 201 {
            return answer.text();
        }
        let version = answer.json()["version"].as_i64().unwrap();
        let path = format!("{}/{}", record.folder(), answer.json()["id"].as_str().unwrap());
        client.delete_version(&path, version).await.expect(204);
        answer.text()
    })
}

/// Cookies of somebody whose browser holds the session.
fn cookies(client: &Client) -> String {
    client.token().map(|token| format!("townbridge_access={token}")).unwrap_or_default()
}

fn page(client: Client, path: String) -> Answered {
    Box::pin(async move {
        let request = client.signed_out().request(Method::GET, &path);
        let request = request.header("accept", "text/html").header("cookie", cookies(&client));
        client.send(request).await.text()
    })
}

fn page_of_record(client: Client, record: Marked) -> Answered {
    page(client, format!("/{}", record.path()))
}

fn page_for_editing(client: Client, record: Marked) -> Answered {
    // Capabilities are edited over the API only.
    let ending = if record.kind == Kind::Need { "/edit" } else { "" };
    page(client, format!("/{}{ending}", record.path()))
}

fn page_of_search(client: Client, _: Marked) -> Answered {
    page(client, format!("/search?q={CARD}"))
}

fn page_of_org(client: Client, record: Marked) -> Answered {
    page(client, format!("/organizations/{}", record.org))
}

fn page_of_town(client: Client, _: Marked) -> Answered {
    page(client, format!("/towns/{GUZHEN}"))
}

fn page_of_towns(client: Client, _: Marked) -> Answered {
    page(client, "/towns".to_owned())
}

fn start_page(client: Client, _: Marked) -> Answered {
    page(client, "/".to_owned())
}

/// The form repeats what was sent, so that only words of the card are sent.
fn page_of_matches(client: Client, record: Marked) -> Answered {
    let side = if record.kind == Kind::Need { "capability" } else { "need" };
    Box::pin(async move {
        let visitor = client.signed_out();
        let form = visitor.request(Method::GET, "/match").header("cookie", cookies(&client));
        let form = visitor.send(form).await.expect(200);
        let mut set = form.headers.get_all("set-cookie").iter();
        let token = set.find_map(|header| header.to_str().ok()?.strip_prefix("townbridge_form="));
        let token = token.unwrap().split(';').next().unwrap().to_owned();
        let cookies = format!("townbridge_form={token}; {}", cookies(&client));
        let request = visitor
            .request(Method::POST, "/match")
            .header("accept", "text/html")
            .header("cookie", cookies)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("csrf={token}&side={side}&title={CARD}&text={CARD}"));
        client.send(request).await.expect(200).text()
    })
}
