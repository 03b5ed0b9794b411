//! Events over JSON.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::guests::{self, AddGuest, AnswerInvitation, MarkAttendance};
use super::meetings::{self, AddMeeting, RecordResult};
use super::model::{Event, EventFields, EventId, GuestId, MeetingId};
use super::ops::{self, ListEvents};
use super::proposals::{self, ListProposals, Proposals};
use super::steps::{self, TakeEventStep};
use super::timetable::{self, BookMeeting, ProposeTimetable};
use super::views::{EventResults, EventView, GuestView, MeetingView, Timetable};
use super::{calendar, results};
use crate::http::answer;
use crate::http::entry::Variable;
use crate::http::extract::{AppData, CallerData, IfMatch, JsonBody, Query};
use crate::http::pagination::Page;
use crate::http::problem::{ApiResult, Problem};
use crate::records::api;

/// Media type of a calendar.
pub(super) const CALENDAR: &str = "text/calendar; charset=utf-8";

/// Adds the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_events)
        .service(create_event)
        .service(show_event)
        .service(update_event)
        .service(take_event_step)
        .service(fetch_event_calendar)
        .service(show_event_results)
        .service(list_event_proposals)
        .service(list_event_guests)
        .service(add_event_guest)
        .service(answer_event_invitation)
        .service(mark_event_attendance)
        .service(show_event_timetable)
        .service(propose_event_timetable)
        .service(add_event_meeting)
        .service(book_event_meeting)
        .service(free_event_meeting)
        .service(record_event_result);
    let id = Variable::named::<EventId>("id");
    api::configure_past::<Event>(config, &id, "those who run it and officers above");
}

/// List events: those that are open for registration and public for everybody, open ones for members
/// of verified organisations, all of their regions for liaisons and officers.
#[utoipa::path(tag = "events", params(ListEvents),
    responses((status = 200, body = Page<EventView>), (status = 422, body = Problem)))]
#[get("/events")]
async fn list_events(app: AppData, caller: CallerData, query: Query<ListEvents>) -> ApiResult {
    let page = app.run(move |app| ops::list(app, &caller.0, &query)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Plan an event: for the liaison of the town and administrators.
#[utoipa::path(tag = "events", request_body = EventFields, security(("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = EventView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/events")]
async fn create_event(app: AppData, caller: CallerData, body: JsonBody<EventFields>) -> ApiResult {
    let written = app.run(move |app| ops::create(app, &caller.0, &body.0)).await?;
    let place = format!("events/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Show an event.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)),
    responses((status = 200, body = EventView), (status = 404, body = Problem)))]
#[get("/events/{id}")]
async fn show_event(app: AppData, caller: CallerData, id: web::Path<EventId>) -> ApiResult {
    let view = app.run(move |app| ops::show(app, &caller.0, *id)).await?;
    Ok(answer::shown(view.version, view))
}

/// Change fields of an event by a JSON merge patch (RFC 7396): for who runs it, until it was held.
#[utoipa::path(tag = "events", params(("id" = EventId, Path), ("if-match" = String, Header)),
    request_body = EventFields, security(("bearer" = [])),
    responses((status = 200, body = EventView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[patch("/events/{id}")]
async fn update_event(
    app: AppData,
    caller: CallerData,
    id: web::Path<EventId>,
    version: IfMatch,
    body: JsonBody<serde_json::Value>,
) -> ApiResult {
    let written = app.run(move |app| ops::update(app, &caller.0, *id, version.0, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Take a step of an event's life: for who runs it.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), request_body = TakeEventStep,
    security(("bearer" = [])),
    responses((status = 200, body = EventView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`legal` lists the steps that are possible"),
        (status = 422, body = Problem)))]
#[post("/events/{id}/steps")]
async fn take_event_step(
    app: AppData,
    caller: CallerData,
    id: web::Path<EventId>,
    body: JsonBody<TakeEventStep>,
) -> ApiResult {
    let written = app.run(move |app| steps::take_step(app, &caller.0, *id, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Fetch an event and the own meetings there as iCalendar (RFC 5545).
#[utoipa::path(tag = "events", params(("id" = EventId, Path)),
    responses((status = 200, body = String, content_type = "text/calendar"),
        (status = 404, body = Problem)))]
#[get("/events/{id}/calendar")]
async fn fetch_event_calendar(
    app: AppData,
    caller: CallerData,
    id: web::Path<EventId>,
) -> ApiResult {
    let text = app.run(move |app| calendar::show(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().content_type(CALENDAR).body(text))
}

/// Show what came of an event, with the records behind each figure: for who runs it and officers above.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), security(("bearer" = [])),
    responses((status = 200, body = EventResults), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/events/{id}/results")]
async fn show_event_results(app: AppData, caller: CallerData, id: web::Path<EventId>) -> ApiResult {
    let found = app.run(move |app| results::show(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// List pairs to invite: published needs of the town with the capabilities that fit them best, each
/// with its reasons. For who runs the event and officers above.
#[utoipa::path(tag = "events", params(("id" = EventId, Path), ListProposals),
    security(("bearer" = [])),
    responses((status = 200, body = Proposals), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/events/{id}/proposals")]
async fn list_event_proposals(
    app: AppData,
    caller: CallerData,
    id: web::Path<EventId>,
    query: Query<ListProposals>,
) -> ApiResult {
    let query = query.into_inner();
    let found = proposals::list(&app.into_inner(), &caller.0, *id, query).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// List who is invited and comes: everybody for who runs the event and officers above, own
/// organisations for others.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Vec<GuestView>), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/events/{id}/guests")]
async fn list_event_guests(app: AppData, caller: CallerData, id: web::Path<EventId>) -> ApiResult {
    let found = app.run(move |app| guests::list(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Register one's own organisation, invite another, or check in a walk-in; the last two for who runs
/// the event.
#[utoipa::path(tag = "events", request_body = AddGuest, security(("bearer" = [])),
    params(("id" = EventId, Path),
        ("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = GuestView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/events/{id}/guests")]
async fn add_event_guest(
    app: AppData,
    caller: CallerData,
    id: web::Path<EventId>,
    body: JsonBody<AddGuest>,
) -> ApiResult {
    let id = *id;
    let written = app.run(move |app| guests::add(app, &caller.0, id, &body.0)).await?;
    let place = format!("events/{id}/guests/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Say whether an organisation comes: its own people, or who runs the event.
#[utoipa::path(tag = "events", request_body = AnswerInvitation, security(("bearer" = [])),
    params(("id" = EventId, Path), ("guest_id" = GuestId, Path)),
    responses((status = 200, body = GuestView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/events/{id}/guests/{guest_id}/answer")]
async fn answer_event_invitation(
    app: AppData,
    caller: CallerData,
    path: web::Path<(EventId, GuestId)>,
    body: JsonBody<AnswerInvitation>,
) -> ApiResult {
    let path = path.into_inner();
    let written = app.run(move |app| guests::answer(app, &caller.0, path, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Check a guest in, or take that back: for who runs the event.
#[utoipa::path(tag = "events", request_body = MarkAttendance, security(("bearer" = [])),
    params(("id" = EventId, Path), ("guest_id" = GuestId, Path)),
    responses((status = 200, body = GuestView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[put("/events/{id}/guests/{guest_id}/attendance")]
async fn mark_event_attendance(
    app: AppData,
    caller: CallerData,
    path: web::Path<(EventId, GuestId)>,
    body: JsonBody<MarkAttendance>,
) -> ApiResult {
    let path = path.into_inner();
    let written = app.run(move |app| guests::attend(app, &caller.0, path, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Show times, tables and pairs: everybody's for who runs the event and officers above, own ones for
/// others.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), security(("bearer" = [])),
    responses((status = 200, body = Timetable), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
#[get("/events/{id}/timetable")]
async fn show_event_timetable(
    app: AppData,
    caller: CallerData,
    id: web::Path<EventId>,
) -> ApiResult {
    let found = app.run(move |app| timetable::show(app, &caller.0, *id)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Give times to all pairs that come and have none, the best match first: for who runs the event.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), request_body = ProposeTimetable,
    security(("bearer" = [])),
    responses((status = 200, body = Timetable), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/events/{id}/timetable")]
async fn propose_event_timetable(
    app: AppData,
    caller: CallerData,
    id: web::Path<EventId>,
    body: JsonBody<ProposeTimetable>,
) -> ApiResult {
    let written = app.run(move |app| timetable::fill(app, &caller.0, *id, &body.0)).await?;
    Ok(HttpResponse::Ok().json(written.value))
}

/// Invite a need and a capability to meet: for who runs the event. Both sides are told, each once.
#[utoipa::path(tag = "events", request_body = AddMeeting, security(("bearer" = [])),
    params(("id" = EventId, Path),
        ("idempotency-key" = Option<String>, Header, description = "repeats are answered alike")),
    responses((status = 201, body = MeetingView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/events/{id}/meetings")]
async fn add_event_meeting(
    app: AppData,
    caller: CallerData,
    id: web::Path<EventId>,
    body: JsonBody<AddMeeting>,
) -> ApiResult {
    let id = *id;
    let written = app.run_match(move |app| meetings::add(app, &caller.0, id, &body.0)).await?;
    let place = format!("events/{id}/meetings/{}", written.value.id);
    Ok(answer::created(&place, written.value.version, written))
}

/// Give a pair a time and a table: for who runs the event, and for either side where guests choose
/// themselves.
#[utoipa::path(tag = "events", request_body = BookMeeting, security(("bearer" = [])),
    params(("id" = EventId, Path), ("meeting_id" = MeetingId, Path), ("if-match" = String, Header)),
    responses((status = 200, body = MeetingView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "the table is taken, or one of the two sits elsewhere"),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
#[put("/events/{id}/meetings/{meeting_id}/slot")]
async fn book_event_meeting(
    app: AppData,
    caller: CallerData,
    path: web::Path<(EventId, MeetingId)>,
    version: IfMatch,
    body: JsonBody<BookMeeting>,
) -> ApiResult {
    let (ids, version) = (path.into_inner(), version.0);
    let place = body.0;
    let work =
        move |app: &crate::app::App| timetable::book(app, &caller.0, ids, version, Some(&place));
    let written = app.run(work).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Take back the time of a pair, so that others can have it: for those who may give it.
#[utoipa::path(tag = "events", security(("bearer" = [])),
    params(("id" = EventId, Path), ("meeting_id" = MeetingId, Path), ("if-match" = String, Header)),
    responses((status = 200, body = MeetingView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
#[delete("/events/{id}/meetings/{meeting_id}/slot")]
async fn free_event_meeting(
    app: AppData,
    caller: CallerData,
    path: web::Path<(EventId, MeetingId)>,
    version: IfMatch,
) -> ApiResult {
    let (ids, version) = (path.into_inner(), version.0);
    let written = app.run(move |app| timetable::book(app, &caller.0, ids, version, None)).await?;
    Ok(answer::changed(written.value.version, written))
}

/// Record what came of a meeting, and open a case for the pair where one is wanted: for who runs the
/// event.
#[utoipa::path(tag = "events", request_body = RecordResult, security(("bearer" = [])),
    params(("id" = EventId, Path), ("meeting_id" = MeetingId, Path), ("if-match" = String, Header)),
    responses((status = 200, body = MeetingView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
#[put("/events/{id}/meetings/{meeting_id}/result")]
async fn record_event_result(
    app: AppData,
    caller: CallerData,
    path: web::Path<(EventId, MeetingId)>,
    version: IfMatch,
    body: JsonBody<RecordResult>,
) -> ApiResult {
    let (ids, version) = (path.into_inner(), version.0);
    let written =
        app.run(move |app| meetings::record(app, &caller.0, ids, version, &body.0)).await?;
    Ok(answer::changed(written.value.version, written))
}
