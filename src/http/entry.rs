//! Operations whose entry in the OpenAPI document is built instead of written at a handler: those
//! that several kinds of records have alike.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::{FromRequest, Handler, Resource, Responder, guard};
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
    Paths, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::OpenApiFactory;

/// Schemas of the document by name.
type Schemas = Vec<(String, RefOr<Schema>)>;

fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

/// Adds a named type and what it is made of.
fn add<T: ToSchema>(schemas: &mut Schemas) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// A variable of a path.
#[derive(Clone)]
pub struct Variable {
    name: &'static str,
    schema: RefOr<Schema>,
    description: Option<&'static str>,
    add: Option<fn(&mut Schemas)>,
}

impl Variable {
    /// A variable of a type that the document names.
    pub fn named<T: ToSchema>(name: &'static str) -> Self {
        Self { name, schema: reference::<T>(), description: None, add: Some(add::<T>) }
    }

    /// A number or text.
    pub fn plain<T: PartialSchema>(name: &'static str, description: Option<&'static str>) -> Self {
        Self { name, schema: T::schema(), description, add: None }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    fn parameter(&self) -> Parameter {
        ParameterBuilder::new()
            .name(self.name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(self.description)
            .schema(Some(self.schema.clone()))
            .build()
    }
}

/// An operation with its entry in the document.
pub struct Entry {
    method: HttpMethod,
    path: String,
    operation: Operation,
    schemas: Vec<fn(&mut Schemas)>,
    resource: Resource,
}

impl Entry {
    /// An operation that does nothing yet.
    pub fn new(method: HttpMethod, path: String, tag: &str, id: String, summary: &str) -> Self {
        let resource = match method {
            HttpMethod::Post => Resource::new(path.as_str()).guard(guard::Post()),
            HttpMethod::Delete => Resource::new(path.as_str()).guard(guard::Delete()),
            _ => Resource::new(path.as_str()).guard(guard::Get()),
        };
        let resource = resource.name(&id);
        let operation =
            OperationBuilder::new().tag(tag).summary(Some(summary)).operation_id(Some(id)).build();
        Self { method, path, operation, schemas: Vec::new(), resource }
    }

    /// For signed-in callers only.
    #[must_use]
    pub fn signed_in(mut self) -> Self {
        let requirement = SecurityRequirement::new::<_, _, String>("bearer", []);
        self.operation.security.get_or_insert_default().push(requirement);
        self
    }

    /// With a variable in its path.
    #[must_use]
    pub fn variable(mut self, variable: &Variable) -> Self {
        let parameters = self.operation.parameters.get_or_insert_default();
        parameters.push(RefOr::T(variable.parameter()));
        self.schemas.extend(variable.add);
        self
    }

    /// With a body.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        let content = ContentBuilder::new().schema(Some(reference::<T>())).build();
        let body = RequestBodyBuilder::new()
            .content("application/json", content)
            .required(Some(Required::True))
            .build();
        self.operation.request_body = Some(RefOr::T(body));
        self.schemas.push(add::<T>);
        self
    }

    /// With a form that brings one file, in the field `file`.
    #[must_use]
    pub fn takes_file(mut self) -> Self {
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let form = ObjectBuilder::new().property("file", file).required("file");
        let content = ContentBuilder::new().schema(Some(form)).build();
        let body = RequestBodyBuilder::new()
            .content("multipart/form-data", content)
            .required(Some(Required::True))
            .build();
        self.operation.request_body = Some(RefOr::T(body));
        self
    }

    /// Answered by a file.
    #[must_use]
    pub fn answers_file(mut self, status: u16) -> Self {
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let content = ContentBuilder::new().schema(Some(file)).build();
        let response = ResponseBuilder::new().content("application/octet-stream", content).build();
        let responses = &mut self.operation.responses.responses;
        responses.insert(status.to_string(), RefOr::T(response));
        self
    }

    /// Answered by one.
    #[must_use]
    pub fn answers<T: ToSchema>(self, status: u16) -> Self {
        self.answer(status, Some(reference::<T>()), Some(add::<T>))
    }

    /// Answered by many.
    #[must_use]
    pub fn answers_all<T: ToSchema>(self, status: u16) -> Self {
        let array = ArrayBuilder::new().items(reference::<T>());
        self.answer(status, Some(array.into()), Some(add::<T>))
    }

    /// Answered without a body.
    #[must_use]
    pub fn answers_nothing(self, status: u16) -> Self {
        self.answer(status, None, None)
    }

    fn answer(
        mut self,
        status: u16,
        schema: Option<RefOr<Schema>>,
        add: Option<fn(&mut Schemas)>,
    ) -> Self {
        let mut response = ResponseBuilder::new();
        if schema.is_some() {
            let content = ContentBuilder::new().schema(schema).build();
            response = response.content("application/json", content);
        }
        let responses = &mut self.operation.responses.responses;
        responses.insert(status.to_string(), RefOr::T(response.build()));
        self.schemas.extend(add);
        self
    }

    /// What answers it.
    #[must_use]
    pub fn by<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.to(handler);
        self
    }
}

impl HttpServiceFactory for Entry {
    fn register(self, config: &mut AppService) {
        self.resource.register(config);
    }
}

impl OpenApiFactory for Entry {
    fn paths(&self) -> Paths {
        let item = PathItem::new(self.method.clone(), self.operation.clone());
        PathsBuilder::new().path(self.path.clone(), item).build()
    }

    fn schemas(&self, schemas: &mut Schemas) {
        for add in &self.schemas {
            add(schemas);
        }
    }
}
