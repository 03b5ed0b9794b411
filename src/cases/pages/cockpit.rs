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
    /// Whether the reader may hand over what anybody answers for; otherwise only the own work.
    officer: bool,
    /// Name, count, and whether the count is bad news.
    figures: Vec<(&'static str, usize, bool)>,
}

/// What to show in the cockpit.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    show: String,
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
    let query = ShowCockpit {
        overdue: shown.show == "overdue",
        escalated: shown.show == "escalated",
        offset: shown.offset,
        ..ShowCockpit::default()
    };
    let caller = visit.caller.clone();
    let cockpit = app.run(move |app| cockpit::cockpit(app, &caller, &query)).await?;
    let figures = vec![
        ("case.open_ones", cockpit.open, false),
        ("case.uncontacted", cockpit.uncontacted, false),
        ("case.overdue", cockpit.overdue, cockpit.overdue > 0),
        ("case.stalled", cockpit.stalled, cockpit.stalled > 0),
        ("case.escalated", cockpit.escalated, cockpit.escalated > 0),
        ("deal.delays", cockpit.delays.len(), !cockpit.delays.is_empty()),
    ];
    let page = Frame::new(&app, &visit, "cockpit");
    let principal = visit.caller.principal.as_ref();
    let officer = principal.is_some_and(|one| one.has(Role::Officer) || one.is_admin());
    Ok(CockpitPage { page, cockpit, show: shown.show, officer, figures })
}
