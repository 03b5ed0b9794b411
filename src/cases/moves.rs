//! What an answer or a step changes in a case. Nothing here reads or writes a database.

use super::commands::Remark;
use super::model::{Answer, Case, CaseEntry, EntryId, LostReason, Side};
use super::stage::{self, CaseStage};
use crate::accounts::principal::Caller;
use crate::db::Timestamp;
use crate::error::{Error, Message, Result};

use CaseStage as S;

impl Case {
    /// What a side has said.
    pub fn answer_of(&self, side: Side) -> Answer {
        match side {
            Side::Need => self.need_answer,
            Side::Provider => self.provider_answer,
            Side::Broker => Answer::Open,
        }
    }

    /// Whether both sides have said yes and the case has not come to nothing.
    pub fn is_introducible(&self) -> bool {
        let yes = Answer::Accepted;
        self.need_answer == yes && self.provider_answer == yes && self.stage != S::ClosedLost
    }

    /// What the caller is in this case.
    pub fn sides(&self, caller: &Caller) -> Vec<Side> {
        let Some(principal) = &caller.principal else { return Vec::new() };
        let broker = principal.is_admin() || principal.reviews(&self.region_code);
        let sides = [
            (Side::Broker, broker),
            (Side::Need, self.known_to_sides && principal.works_for(self.need_org_id)),
            (Side::Provider, self.known_to_sides && principal.works_for(self.provider_org_id)),
        ];
        sides.into_iter().filter_map(|(side, held)| held.then_some(side)).collect()
    }

    /// The sides for which somebody on these sides may say yes now.
    pub fn may_accept(&self, sides: &[Side]) -> Vec<Side> {
        let asks = matches!(
            self.stage,
            S::Suggested | S::Reviewed | S::NeedInterested | S::ProviderInterested
        );
        let open = |side: Side| asks && self.answer_of(side) == Answer::Open;
        spoken_for(sides).into_iter().filter(|side| open(*side)).collect()
    }

    /// The sides for which somebody on these sides may say no now.
    pub fn may_decline(&self, sides: &[Side]) -> Vec<Side> {
        // A contract binds on hold, too.
        let stood = self.held_stage.unwrap_or(self.stage);
        if stood.is_unbound() && !self.stage.is_closed() { spoken_for(sides) } else { vec![] }
    }

    /// Notes that a side says yes; returns the stage that follows.
    ///
    /// # Errors
    /// A conflict when it has answered, or is not asked any more.
    pub fn accept(&mut self, side: Side, now: Timestamp) -> Result<()> {
        if !self.may_accept(&[side]).contains(&side) {
            return Err(self.not_asked(side));
        }
        let other = if side == Side::Need { self.provider_answer } else { self.need_answer };
        let to = match (other, side) {
            (Answer::Accepted, _) => S::Mutual,
            (_, Side::Need) => S::NeedInterested,
            _ => S::ProviderInterested,
        };
        self.enter(to, now);
        Ok(())
    }

    /// Notes that a side says no.
    ///
    /// # Errors
    /// A conflict when the case has ended, or a contract binds.
    pub fn decline(&mut self, side: Side, reason: LostReason, now: Timestamp) -> Result<()> {
        if !self.may_decline(&[side]).contains(&side) {
            return Err(self.not_asked(side));
        }
        match side {
            Side::Need => self.need_answer = Answer::Declined,
            Side::Provider => self.provider_answer = Answer::Declined,
            Side::Broker => {}
        }
        self.give_up(side, reason, now);
        Ok(())
    }

    /// Says what this side may do instead.
    fn not_asked(&self, side: Side) -> Error {
        let message =
            Message::new("error.case_not_asked").with_code("stage", "match_stage", self.stage);
        Error::out_of_step(message, &stage::open_to(self.stage, self.held_stage, &[side]))
    }

    /// Ends the case without success.
    pub fn give_up(&mut self, side: Side, reason: LostReason, now: Timestamp) {
        self.lost_reason = Some(reason);
        self.lost_side = Some(side);
        self.enter(S::ClosedLost, now);
    }

    /// Enters a stage, with all that follows from being there.
    pub fn enter(&mut self, to: CaseStage, now: Timestamp) {
        self.held_stage = (to == S::OnHold).then_some(self.stage);
        let leaves_for_good = to.is_closed() || to == S::OnHold;
        self.known_to_sides |= !leaves_for_good && to != S::Suggested;
        let resumed = self.stage == S::OnHold;
        self.stage = to;
        self.stage_since = now;
        match to {
            S::NeedInterested => self.need_answer = Answer::Accepted,
            S::ProviderInterested => self.provider_answer = Answer::Accepted,
            S::Mutual if !resumed => {
                self.need_answer = Answer::Accepted;
                self.provider_answer = Answer::Accepted;
            }
            S::Introduced | S::Met => {
                self.contacted_at.get_or_insert(now);
            }
            _ => {}
        }
        if to.is_closed() {
            self.closed_at = Some(now);
            self.next_action = None;
            self.due_on = None;
        }
    }

    /// The entry of the timeline that tells what has changed since `from`.
    pub fn entry(
        &self,
        caller: &Caller,
        from: Option<CaseStage>,
        side: Side,
        remark: &Remark,
        now: Timestamp,
    ) -> CaseEntry {
        let ends = from.is_some_and(|from| !from.is_closed()) && self.stage == S::ClosedLost;
        CaseEntry {
            id: EntryId::new(),
            case_id: self.id,
            from_stage: from,
            to_stage: self.stage,
            side,
            actor_id: caller.actor_id(),
            channel: remark.channel,
            note: remark.note.clone().filter(|note| !note.trim().is_empty()),
            shared: remark.shared,
            next_action: remark.next_action.clone(),
            due_on: remark.due_on,
            lost_reason: self.lost_reason.filter(|_| ends),
            created_at: now,
        }
    }
}

/// The sides that somebody on these sides speaks for: a broker passes on what either has said.
fn spoken_for(sides: &[Side]) -> Vec<Side> {
    let broker = sides.contains(&Side::Broker);
    let both = [Side::Need, Side::Provider];
    both.into_iter().filter(|side| broker || sides.contains(side)).collect()
}

#[cfg(test)]
mod tests;
