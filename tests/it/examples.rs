//! The examples of the OpenAPI document are sent to the service as they stand there, and what it
//! answers looks like the example of the answer.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use townbridge::accounts::ops::create_user;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;
use townbridge::http::server;
use townbridge::organizations::model::Organization;

use crate::support::{
    Answer, CapabilityBuilder, Client, NeedBuilder, OrgBuilder, PASSWORD, TestApp,
};

/// Operations that people begin with: they must have examples.
const MAIN: &[&str] = &[
    "sign_in",
    "register_organization",
    "search_records",
    "match_text",
    "diagnose_need",
    "create_need",
    "update_need",
    "take_need_step",
    "create_need_grant",
    "create_capability",
    "take_capability_step",
    "take_organization_step",
    "create_invitation",
    "create_user",
];

/// The search whose answer is the example.
const SEARCH: &str = "search?q=热管柱&kind=capability&limit=1&facets=kind";

/// An operation with its examples.
struct Example {
    method: Method,
    request: Option<Value>,
    response: Option<Value>,
}

fn example_of<'a>(of: &'a Value, statuses: &[&str]) -> Option<&'a Value> {
    let bodies = statuses.iter().map(|status| &of[*status]).chain([of]);
    bodies.map(|body| &body["content"]["application/json"]["example"]).find(|one| !one.is_null())
}

/// Every operation with an example, by its id.
fn examples() -> BTreeMap<String, Example> {
    let document = serde_json::to_value(server::openapi()).unwrap();
    let mut found = BTreeMap::new();
    for item in document["paths"].as_object().unwrap().values() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_ascii_uppercase().parse().unwrap();
            let request = example_of(&operation["requestBody"], &[]).cloned();
            let response = example_of(&operation["responses"], &["200", "201", "202"]).cloned();
            if request.is_some() || response.is_some() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                found.insert(id, Example { method, request, response });
            }
        }
    }
    found
}

/// The service with what the examples are about.
struct World {
    app: TestApp,
    own: Organization,
    other: Organization,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let own = OrgBuilder::enterprise().name("中山市试用照明有限公司").insert(&app);
        let other = OrgBuilder::university().name("试用大学").insert(&app);
        let command = CreateUser {
            mail: "he.shi@example.com".to_owned(),
            name: "何试".to_owned(),
            password: Some(PASSWORD.to_owned()),
            language: None,
            roles: vec![GrantRole::in_org(Role::OrgMember, own.id)],
        };
        create_user(app.service(), &Caller::system("test"), &command).unwrap();
        NeedBuilder::published(&own).insert(&app);
        CapabilityBuilder::published(&other).insert(&app);
        app.settle().await;
        Self { app, own, other }
    }

    /// Who calls an operation, and where.
    fn place(&self, operation: &str) -> (Client, String) {
        let (app, own) = (&self.app, &self.own);
        match operation {
            "sign_in" => (app.anonymous(), "auth/sign-in".to_owned()),
            "register_organization" => (app.anonymous(), "auth/register".to_owned()),
            "search_records" => (app.anonymous(), SEARCH.to_owned()),
            "match_text" => (app.anonymous(), "match".to_owned()),
            "diagnose_need" => (app.anonymous(), "needs/diagnose".to_owned()),
            "create_need" => (app.org_member(own.id), "needs".to_owned()),
            "update_need" => {
                let draft = NeedBuilder::draft(own).insert(app);
                (app.org_member(own.id), format!("needs/{}", draft.id))
            }
            "take_need_step" => {
                let submitted = NeedBuilder::submitted(own).insert(app);
                (app.liaison("442000105"), format!("needs/{}/steps", submitted.id))
            }
            "create_need_grant" => {
                let published = NeedBuilder::published(own).insert(app);
                (app.org_member(own.id), format!("needs/{}/grants", published.id))
            }
            "create_capability" => (app.org_member(self.other.id), "capabilities".to_owned()),
            "take_capability_step" => {
                let submitted = CapabilityBuilder::submitted(own).insert(app);
                (app.liaison("442000105"), format!("capabilities/{}/steps", submitted.id))
            }
            "take_organization_step" => {
                let pending = OrgBuilder::enterprise().pending().insert(app);
                (app.liaison("442000105"), format!("organizations/{}/steps", pending.id))
            }
            "create_invitation" => {
                (app.org_admin(own.id), format!("organizations/{}/invitations", own.id))
            }
            "create_user" => (app.admin(), "users".to_owned()),
            other => panic!("an example of {other}: say here who calls it, and where"),
        }
    }

    async fn send(&self, operation: &str, example: &Example) -> Answer {
        let (client, path) = self.place(operation);
        let mut request = client.request(example.method.clone(), &path);
        if example.method == Method::PATCH {
            request = request.header("if-match", "\"v1\"");
        }
        if let Some(body) = &example.request {
            let mut body = body.clone();
            // The only thing in it that cannot be known before.
            if body.get("org_id").is_some() {
                body["org_id"] = json!(self.other.id);
            }
            request = request.json(&body);
        }
        client.send(request).await
    }
}

/// What an example has that the answer has not, and the other way round.
fn differences(example: &Value, answer: &Value, at: &str, found: &mut Vec<String>) {
    match (example, answer) {
        (Value::Object(example), Value::Object(answer)) => {
            for name in example.keys().chain(answer.keys()) {
                let at = format!("{at}/{name}");
                match (example.get(name), answer.get(name)) {
                    (Some(example), Some(answer)) => differences(example, answer, &at, found),
                    (None, _) => found.push(format!("{at} is missing in the example")),
                    (_, None) => found.push(format!("{at} is not answered")),
                }
            }
        }
        (Value::Array(example), Value::Array(answer)) => match (example.first(), answer.first()) {
            (Some(example), Some(answer)) => differences(example, answer, at, found),
            (None, None) => {}
            _ => found.push(format!("{at}: only one of the lists is empty")),
        },
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => {}
        _ => found.push(format!("{at}: {example} is not like {answer}")),
    }
}

#[tokio::test]
async fn every_example_is_taken_and_answered_as_it_says() {
    let world = World::start().await;
    let examples = examples();
    let mut wrong = Vec::new();
    for name in MAIN {
        if !examples.contains_key(*name) {
            wrong.push(format!("{name} has no example"));
        }
    }
    for (name, example) in &examples {
        let answer = world.send(name, example).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let Some(expected) = example.response.as_ref().filter(|_| answer.status < 300) else {
            wrong.push(format!("{name}: {} {text}", answer.status));
            continue;
        };
        let mut found = Vec::new();
        let mut answered = answer.json();
        // All records of this test say the same, which those of the examples do not.
        for name in ["duplicate_of", "possible_duplicates"] {
            answered.as_object_mut().map(|fields| fields.remove(name));
        }
        differences(expected, &answered, "", &mut found);
        if !found.is_empty() {
            wrong.push(format!("{name}: {found:?}\nanswered: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
