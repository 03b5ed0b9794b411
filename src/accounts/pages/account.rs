//! What is one's own: roles, records, and records that wait for one's review.

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;

use crate::accounts::principal::{Caller, Role};
use crate::app::App;
use crate::error::Result;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Visit};
use crate::needs;
use crate::needs::life::NeedStatus;
use crate::needs::model::NeedView;
use crate::needs::ops::ListNeeds;
use crate::organizations;

/// Records of one list.
const SHOWN: usize = 50;

/// A role with what it is bound to.
struct HeldRole {
    role: Role,
    /// Organisation or region; empty for a role bound to nothing.
    bound_to: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "account.html")]
struct AccountPage {
    page: Frame,
    roles: Vec<HeldRole>,
    writes: bool,
    reviews: bool,
    needs: Vec<NeedView>,
    waiting: Vec<NeedView>,
}

/// Everything that the page shows, read in one go.
struct Account {
    roles: Vec<HeldRole>,
    needs: Vec<NeedView>,
    waiting: Vec<NeedView>,
}

/// One's own page.
#[get("/account")]
async fn account(app: AppData, visit: Visit) -> PageResult<AccountPage> {
    let caller = visit.caller.clone();
    let principal = caller.signed_in()?;
    let writes = !principal.org_ids().is_empty();
    let reviews = principal.is_broker() || principal.is_admin();
    let app = app.into_inner();
    let found = app.run(move |app| load(app, &caller)).await?;
    Ok(AccountPage {
        page: Frame::new(&app, &visit, "account"),
        roles: found.roles,
        writes,
        reviews,
        needs: found.needs,
        waiting: found.waiting,
    })
}

fn load(app: &App, caller: &Caller) -> Result<Account> {
    let principal = caller.signed_in()?;
    let mut needs = Vec::new();
    for org in principal.org_ids() {
        let query = ListNeeds { org_id: Some(org), limit: Some(SHOWN), ..ListNeeds::default() };
        needs.extend(needs::ops::list(app, caller, &query)?.items);
    }
    let mut waiting = Vec::new();
    let regions = if principal.is_admin() {
        vec![None]
    } else {
        principal.regions().into_iter().map(Some).collect()
    };
    for region in regions {
        let query = ListNeeds {
            status: Some(NeedStatus::Submitted.to_string()),
            region,
            limit: Some(SHOWN),
            ..ListNeeds::default()
        };
        let found = needs::ops::list(app, caller, &query)?.items;
        // Other regions' records that happen to be one's own are not one's to review.
        waiting
            .extend(found.into_iter().filter(|need| need.steps.contains(&NeedStatus::Published)));
    }
    Ok(Account { roles: roles(app, caller)?, needs, waiting })
}

fn roles(app: &App, caller: &Caller) -> Result<Vec<HeldRole>> {
    let principal = caller.signed_in()?;
    let ids: Vec<_> = principal.roles.iter().filter_map(|binding| binding.org_id).collect();
    let owners = app.db.read(|db| organizations::ops::owners(db, &ids))?;
    let roles = principal.roles.iter().map(|binding| {
        let org = binding.org_id.and_then(|id| owners.get(&id)).map(|owner| owner.name.clone());
        let region = binding
            .region_code
            .as_deref()
            .map(|code| app.reference.region_name(code, caller.language));
        HeldRole { role: binding.role, bound_to: org.or(region).unwrap_or_default() }
    });
    Ok(roles.collect())
}
