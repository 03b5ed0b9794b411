//! The stages of a case: which follow on which, and whose they are to take.

use super::model::Side;
use crate::code_enum;
use crate::error::{Error, Message, Result};

code_enum!(
    /// Where a case stands (match_stage).
    CaseStage {
        /// 推荐
        Suggested = "suggested",
        /// 专员已看
        Reviewed = "reviewed",
        /// 需求方有意
        NeedInterested = "need_interested",
        /// 供给方有意
        ProviderInterested = "provider_interested",
        /// 双向有意
        Mutual = "mutual",
        /// 已引荐
        Introduced = "introduced",
        /// 已会谈
        Met = "met",
        /// 已保密
        Nda = "nda",
        /// 方案提交
        Proposal = "proposal",
        /// 专家评议
        Assessed = "assessed",
        /// 商务洽谈
        Negotiating = "negotiating",
        /// 意向
        Agreed = "agreed",
        /// 签约
        Signed = "signed",
        /// 登记
        Registered = "registered",
        /// 履约
        Delivering = "delivering",
        /// 验收
        Accepted = "accepted",
        /// 成功结束
        ClosedWon = "closed_won",
        /// 未成
        ClosedLost = "closed_lost",
        /// 暂停
        OnHold = "on_hold",
    }
);

use CaseStage as S;

impl CaseStage {
    /// The stages that may follow. Out of [`OnHold`](Self::OnHold) a case goes back to where it was,
    /// see [`legal`].
    pub fn next(self) -> &'static [Self] {
        match self {
            S::Suggested => {
                &[S::Reviewed, S::NeedInterested, S::ProviderInterested, S::ClosedLost, S::OnHold]
            }
            S::Reviewed => &[S::NeedInterested, S::ProviderInterested, S::ClosedLost, S::OnHold],
            S::NeedInterested | S::ProviderInterested => &[S::Mutual, S::ClosedLost, S::OnHold],
            S::Mutual => &[S::Introduced, S::ClosedLost, S::OnHold],
            S::Introduced => &[S::Met, S::Nda, S::ClosedLost, S::OnHold],
            S::Met => &[S::Nda, S::Proposal, S::Negotiating, S::ClosedLost, S::OnHold],
            S::Nda => &[S::Met, S::Proposal, S::Negotiating, S::ClosedLost, S::OnHold],
            S::Proposal => &[S::Assessed, S::Nda, S::Negotiating, S::ClosedLost, S::OnHold],
            S::Assessed => &[S::Proposal, S::Negotiating, S::ClosedLost, S::OnHold],
            S::Negotiating => &[S::Proposal, S::Agreed, S::ClosedLost, S::OnHold],
            S::Agreed => &[S::Negotiating, S::Signed, S::ClosedLost, S::OnHold],
            S::Signed => &[S::Registered, S::Delivering, S::ClosedLost, S::OnHold],
            S::Registered => &[S::Delivering, S::ClosedLost, S::OnHold],
            S::Delivering => &[S::Accepted, S::ClosedLost, S::OnHold],
            S::Accepted => &[S::ClosedWon],
            S::OnHold => &[S::ClosedLost],
            S::ClosedWon | S::ClosedLost => &[],
        }
    }

    /// Whether nothing follows.
    pub fn is_closed(self) -> bool {
        self.next().is_empty()
    }

    /// Whether a side may still give its answer by which the case goes on or ends: until a contract
    /// is signed, after which only the broker ends it.
    pub fn is_unbound(self) -> bool {
        self < S::Signed
    }

    /// Whether both sides have said yes and nothing has ended.
    pub fn is_mutual(self) -> bool {
        (S::Mutual..=S::ClosedWon).contains(&self)
    }

    /// Whether this side takes this step itself; a broker takes any.
    fn is_taken_by(self, side: Side) -> bool {
        match side {
            Side::Broker => true,
            Side::Provider => self == S::Proposal,
            Side::Need => self == S::Accepted,
        }
    }
}

/// The stages that may follow on a stage; `held` is the one in which the case was put on hold.
pub fn legal(stage: CaseStage, held: Option<CaseStage>) -> Vec<CaseStage> {
    let back = held.filter(|_| stage == S::OnHold);
    back.into_iter().chain(stage.next().iter().copied()).collect()
}

/// The legal stages that somebody on these sides may take.
pub fn open_to(stage: CaseStage, held: Option<CaseStage>, sides: &[Side]) -> Vec<CaseStage> {
    let mut steps = legal(stage, held);
    steps.retain(|to| sides.iter().any(|side| to.is_taken_by(*side)));
    steps
}

/// Checks a step.
///
/// # Errors
/// A conflict that lists the legal steps; "forbidden" for one that is legal but another's to take.
pub fn check(
    stage: CaseStage,
    held: Option<CaseStage>,
    to: CaseStage,
    sides: &[Side],
) -> Result<()> {
    let legal = legal(stage, held);
    if !legal.contains(&to) {
        let message = Message::new("error.illegal_step")
            .with_code("from", "match_stage", stage)
            .with_code("to", "match_stage", to);
        return Err(Error::out_of_step(message, &legal));
    }
    if sides.iter().any(|side| to.is_taken_by(*side)) {
        Ok(())
    } else {
        Err(Error::forbidden(Message::new("error.step_not_yours").with_code(
            "to",
            "match_stage",
            to,
        )))
    }
}
