//! The cockpit: what waits, what is late, who has how much to do.

use actix_web::get;
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use crate::accounts::principal::Role;
use crate::cases::cockpit::{self, Cockpit, ShowCockpit};
use crate::http::extract::{AppData, Query};
use crate::http::html::{Frame, PageResult, Visit};

#[derive(Template, WebTemplate)]
#[template(path = "cockpit.html")]
pub(super) struct CockpitPage {
    page: Frame,
    cockpit: Cockpit,
    show: String,
    /// Whether all of the region is shown, or the reader's own work.
    all: bool,
    /// Whether the reader is a liaison, who has work of her own.
    liaison: bool,
    /// Whether the reader may hand over what anybody answers for; otherwise only the own work.
    officer: bool,
    /// Name, count, whether the count is bad news, and what of it can be shown alone.
    figures: Vec<(&'static str, usize, bool, &'static str)>,
}

/// What to show in the cockpit.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    show: String,
    /// `all` for the whole region, `own` for the reader's own work and what nobody answers for.
    #[serde(default)]
    whose: String,
    #[serde(default)]
    offset: usize,
}

/// What waits in one's regions.
#[get("/cockpit")]
pub(super) async fn show_cockpit(
    app: AppData,
    visit: Visit,
    shown: Query<Shown>,
) -> PageResult<CockpitPage> {
    let (app, shown) = (app.into_inner(), shown.into_inner());
    let principal = visit.caller.principal.as_ref();
    let officer = principal.is_some_and(|one| one.has(Role::Officer) || one.is_admin());
    let liaison = principal.is_some_and(|one| one.has(Role::Liaison));
    let all = match shown.whose.as_str() {
        "all" => true,
        "own" => !liaison,
        _ => officer || !liaison,
    };
    let query = ShowCockpit {
        liaison_id: visit.caller.actor_id().filter(|_| !all),
        unassigned: true,
        overdue: shown.show == "overdue",
        stalled: shown.show == "stalled",
        escalated: shown.show == "escalated",
        offset: shown.offset,
        ..ShowCockpit::default()
    };
    let caller = visit.caller.clone();
    let cockpit = app.run(move |app| cockpit::cockpit(app, &caller, &query)).await?;
    let figures = vec![
        ("case.open_ones", cockpit.open, false, ""),
        ("case.uncontacted", cockpit.uncontacted, false, ""),
        ("case.overdue", cockpit.overdue, cockpit.overdue > 0, "overdue"),
        ("case.stalled", cockpit.stalled, cockpit.stalled > 0, "stalled"),
        ("case.escalated", cockpit.escalated, cockpit.escalated > 0, "escalated"),
        ("deal.delays", cockpit.delays.len(), !cockpit.delays.is_empty(), "#delays"),
    ];
    let page = Frame::new(&app, &visit, "cockpit");
    Ok(CockpitPage { page, cockpit, show: shown.show, all, liaison, officer, figures })
}

impl CockpitPage {
    /// The page of the same work with something of it alone.
    fn showing(&self, what: &str) -> String {
        let whose = if self.all { "all" } else { "own" };
        match what {
            "#delays" => what.to_owned(),
            _ => format!("/cockpit?whose={whose}&show={what}"),
        }
    }
}
