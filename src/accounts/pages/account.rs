//! What is one's own: roles, records, and records that wait for one's review.

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;

use crate::accounts::principal::{Caller, OrgId, Role};
use crate::app::App;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::listing::{self, ListCapabilities};
use crate::capabilities::model::CapabilityView;
use crate::db::Timestamp;
use crate::error::Result;
use crate::http::extract::AppData;
use crate::http::html::{Frame, PageResult, Visit};
use crate::needs;
use crate::needs::life::NeedStatus;
use crate::needs::model::NeedView;
use crate::needs::ops::ListNeeds;
use crate::organizations;
use crate::records::life::ReviewedLife;

/// Records of one list.
const SHOWN: usize = 50;

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
    waiting: Vec<Line>,
}

/// A record in one line.
struct Line {
    id: String,
    /// Address of its page; that of its steps lies below.
    href: String,
    title: String,
    owner: String,
    region: String,
    kind: String,
    status: String,
    summary: Option<String>,
    updated_at: Timestamp,
    /// Whether there is a form to change it.
    editable: bool,
    /// Whether the caller may publish it.
    publishable: bool,
}

/// Everything that the page shows, read in one go.
struct Account {
    roles: Vec<HeldRole>,
    offers: bool,
    needs: Vec<NeedView>,
    capabilities: Vec<CapabilityView>,
    waiting_needs: Vec<NeedView>,
    waiting_capabilities: Vec<CapabilityView>,
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
    let waiting = found.waiting_needs.iter().map(need);
    let waiting = waiting.chain(found.waiting_capabilities.iter().map(capability));
    Ok(AccountPage {
        roles: found.roles,
        writes,
        offers: found.offers,
        manages,
        reviews,
        needs: found.needs.iter().map(need).collect(),
        capabilities: found.capabilities.iter().map(capability).collect(),
        // Other regions' records that happen to be one's own are not one's to review.
        waiting: waiting.filter(|line| line.publishable).collect(),
        page,
    })
}

fn need_line(page: &Frame, need: &NeedView) -> Line {
    Line {
        id: need.id.to_string(),
        href: format!("/needs/{}", need.id),
        title: need.fields.title.clone().unwrap_or_default(),
        owner: need.org.as_ref().map(|org| org.name.clone()).unwrap_or_default(),
        region: need.region_name.clone(),
        kind: page.code_of("need_kind", &need.fields.need_kind),
        status: page.code("need_status", need.status.as_str()),
        summary: need.fields.public_summary.clone(),
        updated_at: need.updated_at,
        editable: need.status.is_editable(),
        publishable: need.steps.contains(&NeedStatus::Published),
    }
}

fn capability_line(page: &Frame, item: &CapabilityView) -> Line {
    Line {
        id: item.id.to_string(),
        href: format!("/capabilities/{}", item.id),
        title: item.fields.title.clone().unwrap_or_default(),
        owner: item.org.as_ref().map(|org| org.name.clone()).unwrap_or_default(),
        region: item.region_name.clone(),
        kind: page.code_of("asset_kind", &item.fields.asset_kind),
        status: page.code("capability_status", item.status.as_str()),
        summary: item.fields.summary.clone(),
        updated_at: item.updated_at,
        editable: item.status.is_editable(),
        publishable: item.steps.contains(&CapabilityStatus::Published),
    }
}

fn load(app: &App, caller: &Caller) -> Result<Account> {
    let principal = caller.signed_in()?;
    let mut found = Account {
        roles: roles(app, caller)?,
        offers: offers(app, &principal.org_ids())?,
        needs: Vec::new(),
        capabilities: Vec::new(),
        waiting_needs: Vec::new(),
        waiting_capabilities: Vec::new(),
    };
    for org in principal.org_ids() {
        found.needs.extend(needs(app, caller, Some(org), None, None)?);
        found.capabilities.extend(capabilities(app, caller, Some(org), None, None)?);
    }
    let regions = if principal.is_admin() {
        vec![None]
    } else {
        principal.regions().into_iter().map(Some).collect()
    };
    for region in regions {
        let submitted = Some(NeedStatus::Submitted.to_string());
        found.waiting_needs.extend(needs(app, caller, None, region.clone(), submitted)?);
        let submitted = Some(CapabilityStatus::Submitted.to_string());
        found.waiting_capabilities.extend(capabilities(app, caller, None, region, submitted)?);
    }
    Ok(found)
}

fn needs(
    app: &App,
    caller: &Caller,
    org_id: Option<OrgId>,
    region: Option<String>,
    status: Option<String>,
) -> Result<Vec<NeedView>> {
    let query = ListNeeds { org_id, region, status, limit: Some(SHOWN), ..ListNeeds::default() };
    Ok(needs::ops::list(app, caller, &query)?.items)
}

fn capabilities(
    app: &App,
    caller: &Caller,
    org_id: Option<OrgId>,
    region: Option<String>,
    status: Option<String>,
) -> Result<Vec<CapabilityView>> {
    let limit = Some(SHOWN);
    let query = ListCapabilities { org_id, region, status, limit, ..ListCapabilities::default() };
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
