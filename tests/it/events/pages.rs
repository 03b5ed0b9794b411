//! Pages of events, through forms alone.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use super::{GUZHEN, World};
use crate::support::Browser;

/// What the liaison types.
fn typed(world: &World) -> Vec<(&'static str, String)> {
    let day = (world.start_time() + chrono::TimeDelta::hours(8)).date_naive();
    let text = |text: &str| text.to_owned();
    vec![
        ("title", text("灯饰散热对接会")),
        ("title_en", text("Heat of lamps")),
        ("kind", text("matchmaking")),
        ("town_code", text("古镇镇")),
        ("starts_at", format!("{day}T10:00")),
        ("ends_at", format!("{day}T12:00")),
        ("place", text("会展中心")),
        ("slots/tables", text("2")),
        ("slots/minutes", text("30")),
        ("public", text("yes")),
    ]
}

async fn submit(
    browser: &Browser,
    path: &str,
    fields: &[(&str, String)],
) -> crate::support::Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
    browser.submit(path, &fields).await
}

#[tokio::test]
async fn an_event_goes_from_the_plan_to_its_results_by_forms() {
    let world = World::start().await;
    let app = &world.app;
    let account = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.browser_of(&account).await;
    let firm = app.account(&[GrantRole::in_org(Role::OrgMember, world.firm_org.id)]);
    let firm = app.browser_of(&firm).await;
    let provider = app.account(&[GrantRole::in_org(Role::OrgMember, world.provider_org.id)]);
    let provider = app.browser_of(&provider).await;

    let page = liaison.get("/events/new").await.expect(200);
    let key = page.attribute("input[name=once]", "value");
    assert!(page.attribute("input[name=town_code]", "value").contains("古镇"));
    let mut fields = typed(&world);
    fields.push(("once", key));
    let mut wrong = fields.clone();
    wrong[4].1 = "soon".to_owned();
    let page = submit(&liaison, "/events/new", &wrong).await.expect(422);
    assert_eq!(page.count("[data-errors] li"), 1);
    assert_eq!(page.attribute("input[name=title]", "value"), "灯饰散热对接会");
    let made = submit(&liaison, "/events/new", &fields).await.expect(303);
    let event = made.header("location").to_owned();
    // Sent twice, it is planned once.
    let again = submit(&liaison, "/events/new", &fields).await.expect(303);
    assert_eq!(again.header("location"), event);
    let at = |what: &str| format!("{event}/{what}");

    app.anonymous().get(&format!("/{}", &event[1..])).await.expect(404);
    liaison.submit(&at("step"), &[("to", "open")]).await.expect(303);
    let page = app.browser().get("/events").await.expect(200);
    assert_eq!(page.count("[data-event]"), 1);

    app.settle().await;
    let page = liaison.get(&at("invitations")).await.expect(200);
    let pair = page.attribute("input[name=pair]", "value");
    liaison.submit(&at("invitations"), &[("pair", &pair)]).await.expect(303);
    let page = liaison.get(&at("invitations")).await.expect(200);
    assert_eq!((page.count("[data-guest]"), page.count("input[name=pair]")), (2, 0));

    for browser in [&firm, &provider] {
        let page = browser.get(&event).await.expect(200);
        let guest = page.attribute("[data-own] input[name=guest]", "value");
        let yes = [("guest", guest.as_str()), ("answer", "accepted"), ("reason", "")];
        browser.submit(&at("answer"), &yes).await.expect(303);
    }
    liaison.get(&at("timetable")).await.expect(200);
    liaison.submit(&at("timetable"), &[]).await.expect(303);
    let page = liaison.get(&at("timetable")).await.expect(200);
    assert_eq!((page.count("[data-slot]"), page.count("[data-slot='1'] [data-meeting]")), (4, 1));
    let page = firm.get(&event).await.expect(200);
    assert_eq!(page.count("[data-meeting]"), 1);
    assert!(page.only("[data-meeting] strong").contains("10:00"));
    let calendar = firm.get(&at("calendar.ics")).await.expect(200);
    assert_eq!(calendar.text().matches("BEGIN:VEVENT").count(), 2);

    let page = liaison.get(&at("check-in")).await.expect(200);
    assert_eq!(page.count("[data-guest]"), 2);
    let guest = page.attribute("[data-guest] input[name=guest]", "value");
    liaison.submit(&at("check-in"), &[("guest", &guest), ("attended", "yes")]).await.expect(303);
    let once = page.attribute("input[name=once]", "value");
    let walk_in = [("once", once.as_str()), ("org_name", "晨舟灯饰配件厂")];
    for _ in 0..2 {
        liaison.submit(&at("walk-in"), &walk_in).await.expect(303);
    }
    let page = liaison.get(&at("check-in")).await.expect(200);
    assert_eq!((page.count("[data-guest]"), page.count("[data-guest] .met")), (3, 2));

    let page = liaison.get(&at("results")).await.expect(200);
    let meeting = page.attribute("[data-meeting] input[name=meeting]", "value");
    let version = page.attribute("[data-meeting] input[name=version]", "value");
    let result = [
        ("meeting", meeting.as_str()),
        ("version", version.as_str()),
        ("result", "interested"),
        ("open_case", "yes"),
    ];
    liaison.submit(&at("results"), &result).await.expect(303);
    let page = liaison.get(&at("results")).await.expect(200);
    assert_eq!(page.only("[data-figure='event.met']"), "1");
    assert_eq!(page.only("[data-figure='event.cases']"), "1");
    assert_eq!(page.count("[data-meeting] a[href^='/cases/']"), 1);
    // An old page is told so.
    let page = liaison.submit(&at("results"), &result).await.expect(412);
    assert_eq!(page.count(".notice.bad"), 1);
    firm.get(&at("results")).await.expect(403);
    app.browser().get(&at("results")).await.expect(303);
}

#[tokio::test]
async fn one_registers_chooses_a_time_and_edits_by_form() {
    let world = World::start().await;
    let event = world.open(serde_json::json!({ "self_booking": true, "capacity": 2 })).await;
    world.invited(&event).await;
    world.both_come(&event).await;
    let app = &world.app;
    let firm = app.account(&[GrantRole::in_org(Role::OrgMember, world.firm_org.id)]);
    let firm = app.browser_of(&firm).await;
    let path = format!("/{event}");
    let page = firm.get(&path).await.expect(200);
    assert_eq!(page.count("select[name=slot] option"), 5);
    let meeting = page.attribute("[data-meeting] input[name=meeting]", "value");
    let book = |slot: &'static str, version: &'static str| {
        [("meeting", meeting.clone()), ("version", version.to_owned()), ("slot", slot.to_owned())]
    };
    submit(&firm, &format!("{path}/book"), &book("2", "1")).await.expect(303);
    assert!(firm.get(&path).await.expect(200).only("[data-meeting] strong").contains("10:30"));
    submit(&firm, &format!("{path}/book"), &book("", "2")).await.expect(303);
    assert_eq!(firm.get(&path).await.expect(200).count("[data-meeting] strong"), 0);

    // All places are taken.
    let other = crate::support::OrgBuilder::enterprise().insert(app);
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, other.id)]);
    let other_people = app.browser_of(&account).await;
    let page = other_people.get(&path).await.expect(200);
    assert_eq!(page.count("form[action$='/register'] button"), 0);
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.browser_of(&liaison).await;
    let page = liaison.get(&format!("{path}/edit")).await.expect(200);
    let mut fields = typed(&world);
    fields[0].1 = "改期的对接会".to_owned();
    fields.push(("capacity", "3".to_owned()));
    fields.push(("version", page.attribute("input[name=version]", "value")));
    submit(&liaison, &format!("{path}/edit"), &fields).await.expect(303);
    let page = other_people.get(&path).await.expect(200);
    assert_eq!(page.only("h1"), "改期的对接会");
    let org = other.id.to_string();
    other_people.submit(&format!("{path}/register"), &[("org_id", &org)]).await.expect(303);
    let page = other_people.get(&path).await.expect(200);
    assert_eq!((page.count("[data-own]"), page.count("form[action$='/register']")), (1, 0));
    other_people.get("/language?to=en&back=/events").await.expect(303);
    assert_eq!(other_people.get(&path).await.expect(200).only("h1"), "Heat of lamps");
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_was_typed() {
    let world = World::start().await;
    let event = world.open(serde_json::json!({})).await;
    let meeting = world.invited(&event).await;
    world.both_come(&event).await;
    let app = &world.app;
    let account = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.browser_of(&account).await;
    let at = |what: &str| format!("/{event}/{what}");
    let meeting = meeting.rsplit('/').next().unwrap().to_owned();

    // Of results: at the pair that was meant, for the version that is shown.
    let (note, long) = ("约定下周看样", "长".repeat(2_001));
    let said = |result: &'static str, version: &'static str, note: &str| {
        let text = |text: &str| text.to_owned();
        vec![
            ("meeting", meeting.clone()),
            ("version", text(version)),
            ("result", text(result)),
            ("note", text(note)),
            ("open_case", text("yes")),
        ]
    };
    let page = submit(&liaison, &at("results"), &said("missed", "1", note)).await.expect(422);
    assert_eq!(page.attribute("[data-meeting] input[name=note]", "value"), note);
    assert_eq!(page.count("[data-meeting] details[open]"), 1);
    assert_eq!(page.count("[data-meeting] input[name=open_case][checked]"), 1);
    assert_eq!(page.count("[data-meeting] .wrong"), 1);
    let page = submit(&liaison, &at("results"), &said("follow", "1", &long)).await.expect(422);
    assert_eq!(page.attribute("input[name=note][aria-invalid]", "value"), long);
    let page = submit(&liaison, &at("results"), &said("follow", "7", note)).await.expect(412);
    assert_eq!(page.attribute("[data-meeting] input[name=note]", "value"), note);
    assert_eq!(page.attribute("[data-meeting] input[name=version]", "value"), "1");

    // Of an invitation by name, and of none.
    let name = "没有这家单位";
    let page = liaison.submit(&at("invitations"), &[("org", name)]).await.expect(422);
    assert_eq!(page.attribute("input[name=org][aria-invalid]", "value"), name);
    liaison.submit(&at("invitations"), &[("after", "")]).await.expect(422);

    // Of why a guest does not come, and why nobody does.
    let firm = app.account(&[GrantRole::in_org(Role::OrgMember, world.firm_org.id)]);
    let firm = app.browser_of(&firm).await;
    let page = firm.get(&format!("/{event}")).await.expect(200);
    let guest = page.attribute("[data-own] input[name=guest]", "value");
    let reason = "忙".repeat(201);
    let no = [("guest", guest.as_str()), ("answer", "declined"), ("reason", reason.as_str())];
    let page = firm.submit(&at("answer"), &no).await.expect(422);
    assert_eq!(page.attribute("input[name=reason][aria-invalid]", "value"), reason);
    let comment = "风".repeat(2_001);
    let cancel = [("to", "cancelled"), ("comment", comment.as_str())];
    let page = liaison.submit(&at("step"), &cancel).await.expect(422);
    assert_eq!(page.attribute("input[name=comment][aria-invalid]", "value"), comment);

    // Of a plan: a table without minutes is no plan, and none is not what was meant.
    let page = liaison.get(&at("edit")).await.expect(200);
    let mut fields = typed(&world);
    fields.retain(|(field, _)| *field != "slots/minutes");
    fields.push(("version", page.attribute("input[name=version]", "value")));
    let page = submit(&liaison, &at("edit"), &fields).await.expect(422);
    assert_eq!(page.count("[name='slots/minutes'][aria-invalid]"), 1);
    assert_eq!(page.attribute("[name='slots/tables']", "value"), "2");
    assert_eq!(page.attribute("input[name=place]", "value"), "会展中心");
}

#[tokio::test]
async fn pairs_that_were_ticked_are_invited_all_or_none() {
    let world = World::start().await;
    let event = world.open(serde_json::json!({})).await;
    let app = &world.app;
    app.settle().await;
    let account = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.browser_of(&account).await;
    let path = format!("/{event}/invitations");
    let page = liaison.get(&path).await.expect(200);
    let good = page.attribute("input[name=pair]", "value");
    // The second of the two is not there.
    let bad = format!("{} {}", world.need, townbridge::capabilities::model::CapabilityId::new());
    let page = liaison.submit(&path, &[("pair", &good), ("pair", &bad)]).await.expect(422);
    assert_eq!((page.count("[data-guest]"), page.count(".notice.bad")), (0, 1));
    assert_eq!(page.count("input[name=pair][checked]"), 1);
    let many = vec![("pair", good.as_str()); 21];
    let page = liaison.submit(&path, &many).await.expect(422);
    assert_eq!((page.count("[data-guest]"), page.count("form .wrong")), (0, 1));
    let done = liaison.submit(&path, &[("pair", &good), ("after", "a b")]).await.expect(303);
    assert_eq!(done.header("location"), format!("{path}?after=a%20b#proposals"));
    assert_eq!(liaison.get(&path).await.expect(200).count("[data-guest]"), 2);
}
