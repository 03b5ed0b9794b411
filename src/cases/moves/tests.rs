use chrono::{TimeDelta, TimeZone, Utc};
use proptest::prelude::*;

use super::*;
use crate::accounts::principal::OrgId;
use crate::capabilities::model::CapabilityId;
use crate::cases::model::{CaseId, CaseOrigin};
use crate::cases::stage;
use crate::needs::model::NeedId;

/// Something that somebody tries to do.
#[derive(Debug, Clone, Copy)]
enum Attempt {
    Accept(Side),
    Decline(Side, LostReason),
    Step(CaseStage, Side),
}

fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(Side::ALL)
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let reason = prop::sample::select(LostReason::ALL);
    let to = prop::sample::select(CaseStage::ALL);
    prop_oneof![
        side().prop_map(Attempt::Accept),
        (side(), reason).prop_map(|(side, reason)| Attempt::Decline(side, reason)),
        (to, side()).prop_map(|(to, side)| Attempt::Step(to, side)),
    ]
}

fn at(minutes: i64) -> Timestamp {
    let start = Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap();
    Timestamp::new(start + TimeDelta::minutes(minutes))
}

fn fresh() -> Case {
    Case {
        id: CaseId::new(),
        code: String::new(),
        need_id: NeedId::new(),
        capability_id: CapabilityId::new(),
        need_org_id: OrgId::new(),
        provider_org_id: OrgId::new(),
        region_code: String::new(),
        origin: CaseOrigin::Liaison,
        stage: S::Suggested,
        held_stage: None,
        known_to_sides: false,
        need_answer: Answer::Open,
        provider_answer: Answer::Open,
        lost_reason: None,
        lost_side: None,
        liaison_id: None,
        next_action: None,
        due_on: None,
        stage_since: at(0),
        contacted_at: None,
        closed_at: None,
        created_by: None,
        updated_by: None,
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// Tries it as the use cases do; whether it was done.
fn attempt_on(case: &mut Case, attempt: Attempt, now: Timestamp) -> bool {
    match attempt {
        Attempt::Accept(side) => case.accept(side, now).is_ok(),
        Attempt::Decline(side, reason) => case.decline(side, reason, now).is_ok(),
        Attempt::Step(to, side) => {
            let legal = stage::check(case.stage, case.held_stage, to, &[side]).is_ok();
            match to {
                S::ClosedLost if legal => case.give_up(side, LostReason::Other, now),
                _ if legal => case.enter(to, now),
                _ => {}
            }
            legal
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_tried_a_case_stays_sound(attempts in prop::collection::vec(attempt(), 1..60)) {
        let mut case = fresh();
        for (minute, attempt) in (1..).zip(attempts) {
            let before = case.clone();
            let done = attempt_on(&mut case, attempt, at(minute));
            if !done {
                prop_assert_eq!(&case, &before);
                continue;
            }
            prop_assert!(!before.stage.is_closed(), "{attempt:?} after the end");
            let legal = stage::legal(before.stage, before.held_stage);
            prop_assert!(legal.contains(&case.stage), "{} to {}", before.stage, case.stage);
            prop_assert_eq!(case.stage_since, at(minute));
            prop_assert_eq!(case.closed_at.is_some(), case.stage.is_closed());
            prop_assert_eq!(case.held_stage.is_some(), case.stage == S::OnHold);
            prop_assert_eq!(case.lost_reason.is_some(), case.stage == S::ClosedLost);
            prop_assert_eq!(case.lost_side.is_some(), case.lost_reason.is_some());
            if case.stage.is_mutual() {
                prop_assert_eq!(case.need_answer, Answer::Accepted);
                prop_assert_eq!(case.provider_answer, Answer::Accepted);
            }
            prop_assert!(case.known_to_sides || !before.known_to_sides);
            let met = [S::Introduced, S::Met].contains(&case.stage);
            prop_assert!(case.contacted_at.is_some() || !met);
            prop_assert!(before.contacted_at.is_none() || case.contacted_at == before.contacted_at);
        }
    }

    #[test]
    fn what_somebody_may_do_is_what_is_done(attempts in prop::collection::vec(attempt(), 0..30)) {
        let mut case = fresh();
        for attempt in attempts {
            attempt_on(&mut case, attempt, at(1));
        }
        for &side in Side::ALL {
            let offered = stage::open_to(case.stage, case.held_stage, &[side]);
            for &to in CaseStage::ALL {
                let done = attempt_on(&mut case.clone(), Attempt::Step(to, side), at(2));
                prop_assert_eq!(offered.contains(&to), done, "{} by {}", to, side);
            }
            let accepts = case.may_accept(&[side]).contains(&side);
            prop_assert_eq!(accepts, case.clone().accept(side, at(2)).is_ok());
        }
    }
}

#[test]
fn every_stage_but_the_first_can_be_reached_and_every_way_can_end() {
    for &stage in CaseStage::ALL {
        let reached = CaseStage::ALL.iter().any(|from| from.next().contains(&stage));
        assert!(reached || stage == S::Suggested, "{stage} is never reached");
        assert!(!stage.next().contains(&stage), "{stage} follows itself");
    }
    let endless = |stage: &&CaseStage| {
        let mut seen = vec![**stage];
        let mut at = 0;
        while let Some(from) = seen.get(at).copied() {
            at += 1;
            let new: Vec<CaseStage> =
                from.next().iter().copied().filter(|to| !seen.contains(to)).collect();
            seen.extend(new);
        }
        !seen.iter().any(|stage| stage.is_closed())
    };
    assert_eq!(CaseStage::ALL.iter().find(endless), None);
}
