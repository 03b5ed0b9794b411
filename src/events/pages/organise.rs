//! What the liaison works with before an event: whom to invite, and the timetable.

use std::sync::Arc;

use actix_web::{get, post, web};
use askama::Template;
use askama_web::WebTemplate;
use serde::Deserialize;

use super::{booked, meeting_of, pair_form, settled, title, told};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::events::guests::{self, AddGuest};
use crate::events::meetings::{self, AddMeeting};
use crate::events::model::EventId;
use crate::events::ops;
use crate::events::proposals::{self, ListProposals, Proposals};
use crate::events::timetable::{self, ProposeTimetable};
use crate::events::views::{EventView, GuestView, MeetingView, ProposedPair, SlotView, Timetable};
use crate::http::extract::{AppData, Query};
use crate::http::html::failure::in_query;
use crate::http::html::{Frame, PageResult, Posted, Tried, Visit};
use crate::organizations;

#[derive(Template, WebTemplate)]
#[template(path = "event_invitations.html")]
pub(super) struct InvitationsPage {
    page: Frame,
    event: EventView,
    proposals: Proposals,
    guests: Vec<GuestView>,
    /// Where the proposals go on from.
    after: Option<String>,
    /// The form that could not be followed.
    tried: Tried,
    refused: Option<String>,
}

impl InvitationsPage {
    fn ticked(&self, pair: &ProposedPair) -> bool {
        let sent = format!("{} {}", pair.need.id, pair.capability.id);
        self.tried.form.has("pair", &sent)
    }

    fn title(&self) -> String {
        title(&self.page, &self.event)
    }
}

/// Where the proposals go on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Further {
    after: Option<String>,
}

/// The event, for who sees all of it.
pub(super) fn reviewed(app: &App, caller: &Caller, id: EventId) -> Result<EventView> {
    caller.signed_in()?;
    let event = ops::show(app, caller, id)?;
    if event.reviews { Ok(event) } else { Err(Error::forbidden("error.not_your_event")) }
}

/// Whom to invite, and who has been.
#[get("/events/{id}/invitations")]
pub(super) async fn show_invitations(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    further: Query<Further>,
) -> PageResult<InvitationsPage> {
    let after = further.into_inner().after;
    Ok(invitations(&app.into_inner(), &visit, *id, (after, Tried::default())).await?)
}

/// A part of the page of invitations, at the same proposals.
pub(super) fn invitations_at(id: EventId, after: Option<&str>, part: &str) -> String {
    let after = after.map(|cursor| format!("?after={}", in_query(cursor))).unwrap_or_default();
    format!("/events/{id}/invitations{after}#{part}")
}

pub(super) async fn invitations(
    app: &Arc<App>,
    visit: &Visit,
    id: EventId,
    (after, tried): (Option<String>, Tried),
) -> Result<InvitationsPage> {
    let caller = visit.caller.clone();
    let (event, guests) = app
        .run(move |app| Ok((reviewed(app, &caller, id)?, guests::list(app, &caller, id)?)))
        .await?;
    let query = ListProposals { after: after.clone(), ..ListProposals::default() };
    let proposals = proposals::list(app, &visit.caller, id, query).await?;
    let page = Frame::new(app, visit, "events");
    let refused = told(&page, &tried);
    Ok(InvitationsPage { page, event, proposals, guests, after, tried, refused })
}

/// Invites the pairs that were ticked, or an organisation by its name.
#[post("/events/{id}/invitations")]
pub(super) async fn invite(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let (sent, after) = (form.clone(), form.filled("after"));
    let by_name = form.pairs().any(|(field, _)| field == "org");
    let (name, part) = if by_name { ("org", "guests") } else { ("pairs", "proposals") };
    let work = move |app: &App| match by_name {
        true => invite_one(app, &caller, id, &sent),
        false => meetings::add_all(app, &caller, id, &ticked(&sent)?).map(drop),
    };
    let done = app.run_match(work).await;
    let to = invitations_at(id, after.as_deref(), part);
    let again = async |tried| invitations(&app, &visit, id, (after, tried)).await;
    settled(done, to, (name.to_owned(), form), again).await
}

/// The pairs that were ticked.
fn ticked(form: &Posted) -> Result<Vec<AddMeeting>> {
    let parsed = form.all("pair").into_iter().map(|pair| {
        let (need, capability) = pair.split_once(' ')?;
        let (need_id, capability_id) = (need.parse().ok()?, capability.parse().ok()?);
        Some(AddMeeting { need_id, capability_id })
    });
    let pairs: Vec<AddMeeting> = parsed.collect::<Option<_>>().ok_or(Error::NotFound)?;
    if pairs.is_empty() { Err(Error::field("/pair", "field.no_pair_ticked")) } else { Ok(pairs) }
}

fn invite_one(app: &App, caller: &Caller, id: EventId, form: &Posted) -> Result<()> {
    let name = form.filled("org").ok_or_else(|| Error::field("/org", "field.required"))?;
    let org = app.db.read(|db| organizations::ops::known_by_name(db, caller, &name))?;
    let org_id = Some(org.ok_or_else(|| Error::field("/org", "field.unknown_org"))?);
    guests::add(app, caller, id, &AddGuest { org_id, ..AddGuest::default() }).map(drop)
}

#[derive(Template, WebTemplate)]
#[template(path = "event_timetable.html")]
pub(super) struct TimetablePage {
    page: Frame,
    event: EventView,
    timetable: Timetable,
    /// The form that could not be followed.
    tried: Tried,
    refused: Option<String>,
}

impl TimetablePage {
    fn title(&self) -> String {
        title(&self.page, &self.event)
    }

    fn at(&self, slot: &SlotView) -> Vec<&MeetingView> {
        self.timetable.meetings.iter().filter(|one| one.slot == Some(slot.slot)).collect()
    }

    fn waiting(&self) -> Vec<&MeetingView> {
        self.timetable.meetings.iter().filter(|one| one.slot.is_none()).collect()
    }

    fn slot_name(&self, slot: &i32) -> String {
        let found = self.timetable.slots.iter().find(|one| one.slot == *slot);
        found.map(|one| super::form::clock(one.starts_at)).unwrap_or_default()
    }

    fn span(&self, slot: &SlotView) -> String {
        format!("{} – {}", self.page.moment(&slot.starts_at), super::form::clock(slot.ends_at))
    }
}

/// Who meets whom, and when.
#[get("/events/{id}/timetable")]
pub(super) async fn show_timetable(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
) -> PageResult<TimetablePage> {
    Ok(table(&app.into_inner(), &visit, *id, Tried::default()).await?)
}

async fn table(app: &Arc<App>, visit: &Visit, id: EventId, tried: Tried) -> Result<TimetablePage> {
    let caller = visit.caller.clone();
    let (event, timetable) = app
        .run(move |app| {
            let event = reviewed(app, &caller, id)?;
            Ok((event, timetable::show(app, &caller, id)?))
        })
        .await?;
    let page = Frame::new(app, visit, "events");
    let refused = told(&page, &tried);
    Ok(TimetablePage { page, event, timetable, tried, refused })
}

/// Gives times to all pairs that come.
#[post("/events/{id}/timetable")]
pub(super) async fn fill_timetable(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, caller, id) = (app.into_inner(), visit.caller.clone(), *id);
    let wish = ProposeTimetable::default();
    let done = app.run(move |app| timetable::fill(app, &caller, id, &wish).map(drop)).await;
    let again = async |tried| table(&app, &visit, id, tried).await;
    settled(done, format!("/events/{id}/timetable"), ("fill".to_owned(), form), again).await
}

/// Gives one pair a time, or takes it back.
#[post("/events/{id}/timetable/book")]
pub(super) async fn book_meeting(
    app: AppData,
    visit: Visit,
    id: web::Path<EventId>,
    form: Posted,
) -> PageResult {
    let (app, id) = (app.into_inner(), *id);
    let name = pair_form(&meeting_of(&form)?);
    let done = booked(&app, &visit, id, &form).await;
    let again = async |tried| table(&app, &visit, id, tried).await;
    settled(done, format!("/events/{id}/timetable#{name}"), (name, form), again).await
}
