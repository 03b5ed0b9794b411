//! One contract: what it says, what can be done with it, its past, its payments and its files.

use std::sync::Arc;

use actix_web::{Either, HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use chrono::NaiveDate;

use crate::app::App;
use crate::attachments::attached::{AttachRight, Attached};
use crate::attachments::model::{AttachmentId, AttachmentView};
use crate::attachments::{self, pages as files};
use crate::cases::links::{Links, links};
use crate::contracts::api::form_file;
use crate::contracts::form::{self, ExportForm};
use crate::contracts::model::{
    Contract, ContractId, ContractParty, ContractStatus, ContractView, Instalment,
};
use crate::contracts::ops::{self, RecordPayment, TakeContractStep};
use crate::error::{Error, Result};
use crate::http::extract::{AppData, Query};
use crate::http::html::form::{command, money};
use crate::http::html::{Frame, PageResult, Posted, PostedFiles, Tried, Visit, redirect};
use crate::records;
use crate::records::model::VersionChanges;
use crate::reference::policy::ContractSide;

#[derive(Template, WebTemplate)]
#[template(path = "contract.html")]
pub(super) struct ContractPage {
    page: Frame,
    contract: ContractView,
    links: Links,
    past: Vec<VersionChanges>,
    files: Vec<AttachmentView>,
    right: AttachRight,
    today: NaiveDate,
    /// The form that was sent, if it could not be followed.
    tried: Tried,
}

impl ContractPage {
    /// What the button of a step says.
    fn verb(&self, to: &ContractStatus) -> String {
        if self.contract.status == ContractStatus::Submitted && *to == ContractStatus::Signed {
            self.page.t("contract.take_back")
        } else {
            self.page.t(format!("contract.to_{to}"))
        }
    }

    fn needs_comment(&self, to: &ContractStatus) -> bool {
        self.contract.status.needs_comment(*to)
    }

    fn status_name(&self, code: &str) -> String {
        self.page.code("contract_status", code)
    }

    fn sides(&self) -> [(String, Option<&ContractParty>, Option<String>); 2] {
        let fields = &self.contract.fields;
        [
            (
                self.page.t("contract.buyer"),
                fields.buyer.as_ref(),
                fields.buyer_org_id.map(|id| id.to_string()),
            ),
            (
                self.page.t("contract.seller"),
                fields.seller.as_ref(),
                fields.seller_org_id.map(|id| id.to_string()),
            ),
        ]
    }

    fn is_late(&self, one: &Instalment) -> bool {
        self.contract.status.is_payable() && one.paid.is_none() && one.due_on < self.today
    }

    /// What a step needs beside a comment, with the types of the inputs.
    fn inputs(&self, to: &ContractStatus) -> Vec<(&'static str, &'static str)> {
        match (self.contract.status, to) {
            (ContractStatus::Intended, ContractStatus::Signed) => vec![("signed_on", "date")],
            (_, ContractStatus::Submitted) => vec![("submitted_on", "date")],
            (ContractStatus::Amended, ContractStatus::Registered) => {
                vec![("registered_on", "date")]
            }
            (_, ContractStatus::Registered) => {
                vec![("registration_no", "text"), ("registered_on", "date"), ("registrar", "text")]
            }
            _ => Vec::new(),
        }
    }

    fn registrant_key(&self, side: &ContractSide) -> &'static str {
        match side {
            ContractSide::Buyer => "contract.buyer",
            ContractSide::Seller => "contract.seller",
        }
    }

    fn paid(&self, one: &Instalment) -> String {
        one.paid.unwrap_or(one.planned).to_wan()
    }

    fn paid_day(&self, one: &Instalment) -> String {
        one.paid_on.map(|day| day.to_string()).unwrap_or_default()
    }

    fn is_payable(&self) -> bool {
        self.contract.status.is_payable()
    }

    fn payment(&self, at: &usize) -> String {
        format!("payment-{at}")
    }
}

/// One contract.
#[get("/contracts/{id}")]
pub(super) async fn show_contract(
    app: AppData,
    visit: Visit,
    id: web::Path<ContractId>,
) -> PageResult<ContractPage> {
    Ok(shown(app.into_inner(), &visit, *id).await?)
}

async fn shown(app: Arc<App>, visit: &Visit, id: ContractId) -> Result<ContractPage> {
    let caller = visit.caller.clone();
    caller.signed_in()?;
    let today = app.clock.today_in_china();
    let (contract, files, (past, right, links)) = app
        .run(move |app| {
            let contract = ops::show(app, &caller, id)?;
            let files = attachments::ops::list::<Contract>(app, &caller, &id)?;
            let fields = &contract.fields;
            let ids = (fields.need_id, fields.capability_id, fields.case_id);
            let more = app.db.read(|db| {
                let past = records::ops::past::<Contract>(db, &caller, &id)?;
                let right = Contract::attach_right(db, &caller, &id)?;
                Ok::<_, Error>((past, right, links(db, &caller, ids)?))
            })?;
            Ok((contract, files, more))
        })
        .await?;
    Ok(ContractPage {
        page: Frame::new(&app, visit, "contracts"),
        contract,
        links,
        past,
        files,
        right,
        today,
        tried: Tried::default(),
    })
}

/// The page again with what was wrong and what was typed, or without the form when all went well.
async fn after(
    app: Arc<App>,
    visit: &Visit,
    id: ContractId,
    (failed, form, done): (String, Posted, Result<()>),
) -> PageResult<Either<ContractPage, HttpResponse>> {
    let Err(error) = done else {
        return Ok(Either::Right(redirect(&format!("/contracts/{id}"))));
    };
    let tried = Tried::failed(failed, form, error)?;
    let again = shown(app, visit, id).await?;
    Ok(Either::Left(ContractPage { tried, ..again }))
}

/// What a step may bring.
const STEP: [&str; 7] =
    ["to", "comment", "signed_on", "submitted_on", "registration_no", "registered_on", "registrar"];

/// Takes a step.
#[post("/contracts/{id}/step")]
pub(super) async fn take_step(
    app: AppData,
    visit: Visit,
    id: web::Path<ContractId>,
    form: Posted,
) -> PageResult<Either<ContractPage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let sent = form.clone();
    let done = app
        .run(move |app| {
            sent.version_if(ops::show(app, &caller, id)?.version)?;
            let step = command::<TakeContractStep>(&sent, &STEP, &[])?;
            ops::take_step(app, &caller, id, &step).map(drop)
        })
        .await;
    after(app, &visit, id, (form.text("to").to_owned(), form, done)).await
}

/// Records what has been paid of an instalment, or takes it back.
#[post("/contracts/{id}/payment")]
pub(super) async fn record_payment(
    app: AppData,
    visit: Visit,
    id: web::Path<ContractId>,
    form: Posted,
) -> PageResult<Either<ContractPage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let sent = form.clone();
    let done = app
        .run(move |app| {
            let version = sent.version_if(ops::show(app, &caller, id)?.version)?;
            ops::record_payment(app, &caller, id, version, &payment(&sent)?).map(drop)
        })
        .await;
    let name = format!("payment-{}", form.text("instalment"));
    after(app, &visit, id, (name, form, done)).await
}

fn payment(form: &Posted) -> Result<RecordPayment> {
    let instalment = form.text("instalment").parse();
    let instalment =
        instalment.map_err(|_| Error::field("/instalment", "field.unknown_instalment"))?;
    if form.text("button") == "back" {
        return Ok(RecordPayment { instalment, paid: None, paid_on: None });
    }
    let paid = money(form, "paid")?.ok_or_else(|| Error::field("/paid", "field.required"))?;
    let day = form.filled("paid_on").map(|text| text.parse());
    let paid_on = day.transpose().map_err(|_| Error::field("/paid_on", "field.date"))?;
    Ok(RecordPayment { instalment, paid: Some(paid), paid_on })
}

/// Deletes a draft and goes back to the list.
#[post("/contracts/{id}/delete")]
pub(super) async fn delete_contract(
    app: AppData,
    visit: Visit,
    id: web::Path<ContractId>,
    form: Posted,
) -> PageResult<Either<ContractPage, HttpResponse>> {
    let (app, id, caller) = (app.into_inner(), *id, visit.caller.clone());
    let version = form.version()?;
    let done = app.run(move |app| ops::delete(app, &caller, id, version).map(drop)).await;
    match done {
        Ok(()) => Ok(Either::Right(redirect("/contracts"))),
        failed => after(app, &visit, id, ("delete".to_owned(), form, failed)).await,
    }
}

/// The registration form to keep.
#[get("/contracts/{id}/form")]
pub(super) async fn fetch_form(
    app: AppData,
    visit: Visit,
    id: web::Path<ContractId>,
    query: Query<ExportForm>,
) -> PageResult<HttpResponse> {
    let (caller, format) = (visit.caller, query.format);
    caller.signed_in()?;
    let file = app.run(move |app| form::export(app, &caller, *id, format)).await?;
    Ok(form_file(&file, format))
}

/// Keeps files with the contract.
#[post("/contracts/{id}/files")]
pub(super) async fn add_files(
    app: AppData,
    visit: Visit,
    id: web::Path<ContractId>,
    posted: PostedFiles,
) -> PageResult<HttpResponse> {
    files::add_posted::<Contract>(app, visit, *id, posted).await
}

/// A file of the contract.
#[get("/contracts/{id}/files/{file}")]
pub(super) async fn fetch_file(
    app: AppData,
    visit: Visit,
    path: web::Path<(ContractId, AttachmentId)>,
    request: HttpRequest,
) -> PageResult<HttpResponse> {
    files::fetch_file::<Contract>(app, visit, path.into_inner(), request).await
}

/// Removes a file of the contract.
#[post("/contracts/{id}/files/{file}/delete")]
pub(super) async fn remove_file(
    app: AppData,
    visit: Visit,
    path: web::Path<(ContractId, AttachmentId)>,
    _: Posted,
) -> PageResult<HttpResponse> {
    files::remove_posted::<Contract>(app, visit, path.into_inner()).await
}
