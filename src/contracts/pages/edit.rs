//! Writing a contract: one form for a draft, for changes of it and for amendments. Whatever is wrong
//! is said at its field, and nothing that was typed is lost.

use std::sync::Arc;

use actix_web::{Either, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::form::{self, SIDES};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::cases::model::CaseId;
use crate::contracts::model::{ContractFields, ContractId, ContractStatus, ContractView};
use crate::contracts::ops::{self, AmendContract};
use crate::contracts::suggestion;
use crate::error::{Error, FieldError, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::once;
use crate::http::html::{Frame, PageResult, Posted, Refused, Visit, redirect, typed};
use crate::search::names::Names;
use crate::{organizations, towns};

#[derive(Template, WebTemplate)]
#[template(path = "contract_form.html")]
pub(super) struct ContractForm {
    page: Frame,
    /// The contract that is changed; none for a new one.
    contract: Option<ContractView>,
    /// Towns that are offered.
    towns: Vec<String>,
    /// Names of the organisations that the sides are linked to.
    linked: [Option<String>; 2],
    form: Posted,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

impl ContractForm {
    /// Whether it has been signed, so that the form amends it.
    fn amends(&self) -> bool {
        self.contract.as_ref().is_some_and(|one| one.status != ContractStatus::Intended)
    }

    fn title(&self) -> String {
        self.page.t(match &self.contract {
            None => "contract.new",
            Some(_) if self.amends() => "contract.amend",
            Some(_) => "contract.edit",
        })
    }

    fn action(&self) -> String {
        match &self.contract {
            None => "/contracts/new".to_owned(),
            Some(contract) => format!("/contracts/{}/edit", contract.id),
        }
    }

    fn rows(&self) -> std::ops::Range<usize> {
        0..typed::rows(&self.form, "instalments", &form::INSTALMENT, form::ROWS)
    }

    /// Finer sorts of contracts below their types.
    fn subtypes(&self) -> Vec<(String, Vec<(String, String)>)> {
        let all = self.page.choices("contract_subtype");
        let below = |(code, name): (String, String)| {
            let prefix = format!("{code}_");
            let own = all.iter().filter(|(sub, _)| sub.starts_with(&prefix));
            (name, own.cloned().collect())
        };
        self.page.choices("contract_type").into_iter().map(below).collect()
    }

    fn industries(&self) -> Vec<(String, String)> {
        self.page.industry_choices(self.form.text("industry_code"))
    }

    fn sides(&self) -> [(&'static str, String, Option<&String>); 2] {
        let [buyer, seller] = &self.linked;
        [
            ("buyer", self.page.t("contract.buyer"), buyer.as_ref()),
            ("seller", self.page.t("contract.seller"), seller.as_ref()),
        ]
    }

    fn input(&self, side: &str, field: &str) -> String {
        format!("{side}/{field}")
    }

    fn input_id(&self, side: &str) -> String {
        format!("{side}_org_id")
    }

    fn input_linked(&self, side: &str) -> String {
        format!("{side}_linked")
    }

    fn cell(&self, row: &usize, field: &str) -> String {
        format!("instalments/{row}/{field}")
    }
}

/// Where a new contract comes from.
#[derive(Debug, Deserialize)]
struct From {
    case_id: Option<CaseId>,
}

/// A new contract, filled in as far as a case says.
#[get("/contracts/new")]
pub(super) async fn new_contract(
    app: AppData,
    visit: Visit,
    from: Query<From>,
) -> PageResult<ContractForm> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    let principal = caller.signed_in()?;
    if principal.org_ids().is_empty() && !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.not_party_to_contract").into());
    }
    let case = from.case_id;
    let pairs = app
        .run(move |app| {
            let fields = match case {
                Some(case) => suggestion::of_case(app, &caller, case)?,
                None => suggestion::blank(app, &caller)?,
            };
            form::filled(&fields, Names::new(app, caller.language))
        })
        .await?;
    let form = Posted::new([pairs, vec![once::key()]].concat());
    Ok(shown(&app, &visit, None, form, Refused::default()).await?)
}

/// Drafts a contract. A form that is sent twice drafts it once.
#[post("/contracts/new")]
pub(super) async fn create_contract(
    app: AppData,
    visit: Visit,
    form: Posted,
) -> PageResult<Either<ContractForm, HttpResponse>> {
    let app = app.into_inner();
    let create = |app: &App, caller: &Caller, form: &Posted| {
        let patch = patch(app, caller, form, &ContractFields::default())?;
        let fields: ContractFields = typed::document(&patch)?;
        Ok(ops::create(app, caller, &fields)?.value.id.to_string())
    };
    match once::create_posted(&app, &visit, &form, "contracts", create).await? {
        Either::Right(on) => Ok(Either::Right(on)),
        Either::Left((_, refused)) => {
            Ok(Either::Left(shown(&app, &visit, None, form, refused).await?))
        }
    }
}

/// The form of a contract that is there.
#[get("/contracts/{id}/edit")]
pub(super) async fn edit_contract(
    app: AppData,
    visit: Visit,
    id: web::Path<ContractId>,
) -> PageResult<ContractForm> {
    let (app, caller) = (app.into_inner(), visit.caller.clone());
    caller.signed_in()?;
    let (contract, pairs) = app
        .run(move |app| {
            let contract = ops::show(app, &caller, *id)?;
            let pairs = form::filled(&contract.fields, Names::new(app, caller.language))?;
            Ok((contract, pairs))
        })
        .await?;
    if !contract.editable && !contract.amendable {
        return Err(Error::conflict("error.not_amendable").into());
    }
    let form = Posted::new(pairs);
    Ok(shown(&app, &visit, Some(contract), form, Refused::default()).await?)
}

/// Changes a draft, or amends what has been signed.
#[post("/contracts/{id}/edit")]
pub(super) async fn update_contract(
    app: AppData,
    visit: Visit,
    id: web::Path<ContractId>,
    form: Posted,
) -> PageResult<Either<ContractForm, HttpResponse>> {
    let (app, caller, sent, id) = (app.into_inner(), visit.caller.clone(), form.clone(), *id);
    let Err(error) = app.run(move |app| update(app, &caller, id, &sent)).await else {
        return Ok(Either::Right(redirect(&format!("/contracts/{id}"))));
    };
    let refused = Refused::of_form(error)?;
    let caller = visit.caller.clone();
    let contract = app.run(move |app| ops::show(app, &caller, id)).await?;
    Ok(Either::Left(shown(&app, &visit, Some(contract), form, refused).await?))
}

fn update(app: &App, caller: &Caller, id: ContractId, form: &Posted) -> Result<()> {
    let contract = ops::show(app, caller, id)?;
    let version = form.version_if(contract.version)?;
    let changes = patch(app, caller, form, &contract.fields)?;
    if contract.status == ContractStatus::Intended {
        return ops::update(app, caller, id, version, &changes).map(drop);
    }
    let amendment = AmendContract { reason: form.text("reason").to_owned(), changes };
    ops::amend(app, caller, id, version, &amendment).map(drop)
}

fn patch(
    app: &App,
    caller: &Caller,
    form: &Posted,
    before: &ContractFields,
) -> Result<serde_json::Value> {
    let known = app.db.read(|db| {
        let mut known = [None, None];
        for (side, found) in SIDES.iter().zip(&mut known) {
            let name = form.filled(&format!("{side}/name"));
            if let Some(name) = name {
                *found = organizations::ops::known_by_name(db, caller, &name)?;
            }
        }
        Ok::<_, Error>(known)
    })?;
    form::patch(form, Names::new(app, caller.language), before, known)
}

async fn shown(
    app: &Arc<App>,
    visit: &Visit,
    contract: Option<ContractView>,
    form: Posted,
    refused: Refused,
) -> Result<ContractForm> {
    let language = visit.caller.language;
    let ids = SIDES.map(|side| form.text(format!("{side}_org_id")).parse::<OrgId>().ok());
    let (towns, linked) = app
        .run(move |app| {
            let known: Vec<OrgId> = ids.into_iter().flatten().collect();
            let owners = app.db.read(|db| organizations::ops::owners(db, &known))?;
            let name = |id: Option<OrgId>| Some(owners.get(&id?)?.name.clone());
            Ok((towns::ops::offered(app, language)?, ids.map(name)))
        })
        .await?;
    let page = Frame::new(app, visit, "contracts");
    let reason = refused.reason.map(|message| page.message(&message));
    let errors = refused.errors;
    Ok(ContractForm { page, contract, towns, linked, form, errors, refused: reason })
}
