//! What is one's own: roles, records, and records that wait for one's review.

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;

use crate::accounts::principal::{Caller, OrgId, Role};
use crate::app::App;
use crate::capabilities::listing::{self, ListCapabilities};
use crate::capabilities::model::CapabilityView;
use crate::db::Timestamp;
use crate::error::Result;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Visit};
use crate::needs;
use crate::needs::model::NeedView;
use crate::needs::ops::ListNeeds;
use crate::organizations;
use crate::records::life::ReviewedLife;
use crate::reviews;
use crate::reviews::model::{ShowQueue, Waiting};

/// Records of one list.
const SHOWN: usize = 50;
/// What is shown of the records to review: the rest stands on a page of its own.
const FIRST_TO_REVIEW: usize = 5;

/// Kinds of organisations that seek or fund, but do not offer.
const SEEKERS: [&str; 5] = ["enterprise", "finance", "guarantee", "association", "government"];

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
    /// Whether the person belongs to an organisation that offers something.
    offers: bool,
    manages: bool,
    reviews: bool,
    needs: Vec<Line>,
    capabilities: Vec<Line>,
    waiting: Vec<Waiting>,
}

/// A record in one line.
struct Line {
    /// Address of its page.
    href: String,
    title: String,
    status: String,
    updated_at: Timestamp,
    /// Whether there is a form to change it.
    editable: bool,
}

/// Everything that the page shows, read in one go.
struct Account {
    roles: Vec<HeldRole>,
    offers: bool,
    needs: Vec<NeedView>,
    capabilities: Vec<CapabilityView>,
    waiting: Vec<Waiting>,
}

/// One's own page.
#[get("/account")]
async fn show_account(app: AppData, visit: Visit) -> PageResult<AccountPage> {
    let caller = visit.caller.clone();
    let principal = caller.signed_in()?;
    let writes = !principal.org_ids().is_empty();
    let manages = principal.has(Role::OrgAdmin);
    let reviews = principal.is_broker() || principal.is_admin();
    let app = app.into_inner();
    let found = app.run(move |app| load(app, &caller)).await?;
    let page = Frame::new(&app, &visit, "account");
    let need = |view: &NeedView| need_line(&page, view);
    let capability = |view: &CapabilityView| capability_line(&page, view);
    Ok(AccountPage {
        roles: found.roles,
        writes,
        offers: found.offers,
        manages,
        reviews,
        needs: found.needs.iter().map(need).collect(),
        capabilities: found.capabilities.iter().map(capability).collect(),
        waiting: found.waiting,
        page,
    })
}

fn need_line(page: &Frame, need: &NeedView) -> Line {
    Line {
        href: format!("/needs/{}", need.id),
        title: need.fields.title.clone().unwrap_or_default(),
        status: page.code("need_status", need.status.as_str()),
        updated_at: need.updated_at,
        editable: need.status.is_editable(),
    }
}

fn capability_line(page: &Frame, item: &CapabilityView) -> Line {
    Line {
        href: format!("/capabilities/{}", item.id),
        title: item.fields.title.clone().unwrap_or_default(),
        status: page.code("capability_status", item.status.as_str()),
        updated_at: item.updated_at,
        editable: item.status.is_editable(),
    }
}

fn load(app: &App, caller: &Caller) -> Result<Account> {
    let principal = caller.signed_in()?;
    let mut found = Account {
        roles: roles(app, caller)?,
        offers: offers(app, &principal.org_ids())?,
        needs: Vec::new(),
        capabilities: Vec::new(),
        waiting: Vec::new(),
    };
    for org in principal.org_ids() {
        found.needs.extend(needs(app, caller, org)?);
        found.capabilities.extend(capabilities(app, caller, org)?);
    }
    if principal.is_broker() || principal.is_admin() {
        let first = ShowQueue { limit: Some(FIRST_TO_REVIEW), ..ShowQueue::default() };
        found.waiting = reviews::ops::queue(app, caller, &first)?.items;
    }
    Ok(found)
}

fn needs(app: &App, caller: &Caller, org: OrgId) -> Result<Vec<NeedView>> {
    let query = ListNeeds { org_id: Some(org), limit: Some(SHOWN), ..ListNeeds::default() };
    Ok(needs::ops::list(app, caller, &query)?.items)
}

fn capabilities(app: &App, caller: &Caller, org: OrgId) -> Result<Vec<CapabilityView>> {
    let (org_id, limit) = (Some(org), Some(SHOWN));
    let query = ListCapabilities { org_id, limit, ..ListCapabilities::default() };
    Ok(listing::list(app, caller, &query)?.items)
}

/// Whether one of the organisations is of a kind that offers capabilities. Firms may as well, by the
/// address of the form, but it is not what they come for.
fn offers(app: &App, orgs: &[OrgId]) -> Result<bool> {
    let owners = app.db.read(|db| organizations::ops::owners(db, orgs))?;
    Ok(owners.values().any(|org| !SEEKERS.contains(&org.org_type.as_str())))
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
