//! Pages of technology contracts: the list, one contract with all that can be done with it, and the
//! form in which it is drafted, changed and amended.

mod edit;
mod form;
mod show;

use actix_web::{get, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::model::ContractView;
use super::ops::{self, ListContracts};
use crate::error::FieldError;
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit, typed};
use crate::http::pagination::Page;
use crate::search::names::Names;
use crate::towns;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    // The fixed path comes before the one that takes any id.
    config
        .service(list_contracts)
        .service(edit::new_contract)
        .service(edit::create_contract)
        .service(edit::edit_contract)
        .service(edit::update_contract)
        .service(show::show_contract)
        .service(show::take_step)
        .service(show::record_payment)
        .service(show::delete_contract)
        .service(show::fetch_form)
        .service(show::add_files)
        .service(show::fetch_file)
        .service(show::remove_file);
}

/// Which contracts to show, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    /// Text in name, code or number.
    q: String,
    /// Text in the name of a side.
    party: String,
    /// State.
    status: String,
    /// Town or another region.
    region: String,
    after: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "contracts.html")]
struct ContractsPage {
    page: Frame,
    contracts: Page<ContractView>,
    towns: Vec<String>,
    which: Which,
    errors: Vec<FieldError>,
}

/// The contracts that one has a part in.
#[get("/contracts")]
async fn list_contracts(
    app: AppData,
    visit: Visit,
    which: Query<Which>,
) -> PageResult<ContractsPage> {
    let (app, which) = (app.into_inner(), which.into_inner());
    let (caller, asked) = (visit.caller.clone(), which.clone());
    caller.signed_in()?;
    let (contracts, towns, errors) = app
        .run(move |app| {
            let towns = towns::ops::offered(app, caller.language)?;
            let region = match typed::region_filter(Names::new(app, caller.language), &asked.region)
            {
                Ok(region) => region,
                Err(errors) => return Ok((Page::empty(), towns, errors)),
            };
            let query = ListContracts {
                status: Some(asked.status).filter(|text| !text.is_empty()),
                region,
                q: Some(asked.q),
                party: Some(asked.party),
                after: asked.after,
                ..ListContracts::default()
            };
            Ok((ops::list(app, &caller, &query)?, towns, Vec::new()))
        })
        .await?;
    Ok(ContractsPage {
        page: Frame::new(&app, &visit, "contracts"),
        contracts,
        towns,
        which,
        errors,
    })
}
