//! The OpenAPI document: made from the code, then completed with what holds for all operations, so
//! that no handler has to repeat it.

mod examples;
mod problems;
mod tags;

use utoipa::OpenApi;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Header, RefOr, Required};

use super::idempotency::IDEMPOTENCY_KEY;

/// Title, version and security scheme; the operations are added as they are registered.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Townbridge",
        description = "Technical needs of firms in specialised towns, capabilities of universities \
                       and institutes, and explained matches between the two.\n\n\
                       Every answer carries `X-Request-Id`. Every failure is a problem (RFC 9457) \
                       in the language of `Accept-Language`, Chinese by default; `/docs/errors` \
                       lists their codes. A path answers methods it does not know with 405 and \
                       `Allow`. Amounts of money are in 万元, times in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Bearer)
)]
pub struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// Completes the document once all operations are in it.
pub fn complete(api: &mut utoipa::openapi::OpenApi) {
    api.tags = Some(tags::all());
    let components = api.components.get_or_insert_default();
    components.responses.extend(problems::all());
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            let kind = Kind::of(method, path, operation);
            complete_operation(operation, &kind);
            examples::add(operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// What an operation is like, as far as its failures depend on it.
#[expect(clippy::struct_excessive_bools, reason = "independent properties, each used by itself")]
struct Kind {
    is_api: bool,
    writes: bool,
    signed_in: bool,
    needs_sign_in: bool,
    has_body: bool,
    has_query: bool,
    has_variables: bool,
    has_version: bool,
    needs_version: bool,
    creates: bool,
    takes_key: bool,
}

impl Kind {
    fn of(method: &str, path: &str, operation: &Operation) -> Self {
        let creates = operation.responses.responses.contains_key("201");
        Self {
            is_api: path.starts_with("/api/"),
            writes: method != "get",
            signed_in: operation.security.as_ref().is_some_and(|all| !all.is_empty()),
            needs_sign_in: super::operations::needs_sign_in(
                &serde_json::to_value(&operation.security).unwrap_or_default(),
            ),
            has_body: operation.request_body.is_some(),
            has_query: parameters(operation).any(|p| p.parameter_in == ParameterIn::Query),
            has_variables: path.contains('{'),
            has_version: has_header(operation, "if-match"),
            needs_version: parameters(operation)
                .any(|p| p.name == "if-match" && p.required == Required::True),
            creates,
            takes_key: creates || has_header(operation, IDEMPOTENCY_KEY.as_str()),
        }
    }

    /// Statuses of the failures that can be.
    fn failures(&self) -> Vec<u16> {
        let mut statuses = vec![400, 500, 503];
        let mut add = |when: bool, more: &[u16]| {
            if when {
                statuses.extend_from_slice(more);
            }
        };
        add(self.is_api, &[401]);
        add(self.signed_in && self.writes, &[403]);
        add(self.has_variables, &[404]);
        add(self.takes_key, &[409]);
        add(self.has_body, &[413, 415, 422]);
        add(self.has_query, &[422]);
        add(self.has_version, &[412]);
        add(self.needs_version, &[428]);
        statuses
    }
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

fn has_header(operation: &Operation, name: &str) -> bool {
    parameters(operation)
        .any(|p| p.parameter_in == ParameterIn::Header && p.name.eq_ignore_ascii_case(name))
}

fn complete_operation(operation: &mut Operation, kind: &Kind) {
    let responses = &mut operation.responses.responses;
    if kind.is_api {
        for status in kind.failures() {
            responses.entry(status.to_string()).or_insert_with(|| problems::reference(status));
        }
    }
    for (status, response) in responses.iter_mut() {
        // A service that is not ready says so in a body of its own.
        let failed = status.parse().ok().filter(|&status: &u16| status >= 400);
        if let Some(status) = failed.filter(|_| kind.is_api || status == "401") {
            *response = problems::reference(status);
        }
    }
    if kind.takes_key {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.retain(|p| !matches!(p, RefOr::T(p) if p.name == IDEMPOTENCY_KEY.as_str()));
        parameters.push(RefOr::T(idempotency_key(kind.needs_sign_in)));
    }
    add_headers(operation, kind);
}

/// The header that makes a request repeatable. Keys of visitors have no person whose they are.
fn idempotency_key(needs_sign_in: bool) -> Parameter {
    let rule = "The same key with the same body creates once and is answered alike.";
    let description = match needs_sign_in {
        true => rule.to_owned(),
        false => format!("{rule} Take a random one, such as a UUID: visitors share them all."),
    };
    ParameterBuilder::new()
        .name(IDEMPOTENCY_KEY.as_str())
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(255))))
        .build()
}

/// Headers of answers to writes.
fn add_headers(operation: &mut Operation, kind: &Kind) {
    let replayed = ("Idempotent-Replayed", "`true` on an answer that was given before.");
    let headers: &[(&str, &str)] = if kind.creates {
        &[
            ("Location", "Path of what was created."),
            ("ETag", "Version, for `If-Match`."),
            ("Townbridge-Change", "Number of the change, for `min_change` of searches."),
            replayed,
        ]
    } else if kind.takes_key {
        &[replayed]
    } else if kind.has_version {
        &[
            ("ETag", "Version, for `If-Match`."),
            ("Townbridge-Change", "Number of the change, for `min_change` of searches."),
        ]
    } else {
        return;
    };
    // An empty answer has no version; whether it was given before is told all the same.
    let statuses: &[&str] = match kind.has_version {
        true => &["200", "201"],
        false => &["200", "201", "202", "204"],
    };
    for status in statuses {
        if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(*status) {
            let described =
                headers.iter().map(|(name, text)| ((*name).to_owned(), RefOr::T(header(text))));
            response.headers.extend(described);
        }
    }
}

fn header(text: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(text))
        .build()
}
