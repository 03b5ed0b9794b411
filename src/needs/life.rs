//! The life of a need: its states, the legal steps, and who may take them.

use crate::code_enum;
use crate::records::life::{Life, ReviewedLife};
pub use crate::records::scope::Standing;

code_enum!(
    /// Where a need stands (need_status).
    NeedStatus {
        /// 草稿
        Draft = "draft",
        /// 待审
        Submitted = "submitted",
        /// 退回补充
        Returned = "returned",
        /// 已发布
        Published = "published",
        /// 对接中
        Matching = "matching",
        /// 洽谈中
        Negotiating = "negotiating",
        /// 已签约
        Contracted = "contracted",
        /// 实施中
        InProgress = "in_progress",
        /// 已解决
        Solved = "solved",
        /// 暂停
        Suspended = "suspended",
        /// 过期
        Expired = "expired",
        /// 撤回
        Withdrawn = "withdrawn",
        /// 未解决关闭
        Unsolved = "unsolved",
        /// 转长期跟踪
        LongTerm = "long_term",
    }
);

impl NeedStatus {
    /// Whether it still looks for a partner.
    pub fn seeks_match(self) -> bool {
        matches!(self, Self::Published | Self::Matching)
    }
}

impl Life for NeedStatus {
    type Standing = Standing;

    const CODES: &'static str = "need_status";

    fn next(self) -> &'static [Self] {
        use NeedStatus as S;
        match self {
            S::Draft | S::Returned => &[S::Submitted, S::Withdrawn],
            S::Submitted => &[S::Returned, S::Published, S::Withdrawn],
            S::Published => {
                &[S::Matching, S::Suspended, S::Expired, S::Withdrawn, S::Unsolved, S::LongTerm]
            }
            S::Matching => &[
                S::Negotiating,
                S::Published,
                S::Suspended,
                S::Expired,
                S::Withdrawn,
                S::Unsolved,
                S::LongTerm,
            ],
            S::Negotiating => {
                &[S::Contracted, S::Matching, S::Suspended, S::Withdrawn, S::Unsolved, S::LongTerm]
            }
            S::Contracted => &[S::InProgress, S::Suspended, S::Unsolved],
            S::InProgress => &[S::Solved, S::Suspended, S::Unsolved],
            S::Suspended | S::LongTerm => &[S::Published, S::Withdrawn, S::Unsolved],
            S::Expired => &[S::Published, S::Withdrawn, S::Unsolved, S::LongTerm],
            S::Solved | S::Withdrawn | S::Unsolved => &[],
        }
    }

    // Who may take a step. Publishing and returning is the reviewer's; submitting and withdrawing
    // the owner's; renewing, suspending and closing either's.
    fn may_take(self, to: Self, standing: Standing) -> bool {
        use NeedStatus as S;
        match (self, to) {
            (S::Submitted, S::Published | S::Returned) => standing.reviewer,
            (_, S::Expired) => false,
            (_, S::Submitted | S::Withdrawn) => standing.owner || standing.reviewer,
            (S::Suspended | S::Expired | S::LongTerm, S::Published) => {
                standing.owner || standing.reviewer
            }
            (_, S::Suspended | S::Unsolved) => standing.owner || standing.reviewer,
            _ => standing.reviewer,
        }
    }
}

impl ReviewedLife for NeedStatus {
    const DRAFT: Self = Self::Draft;
    const SUBMITTED: Self = Self::Submitted;
    const RETURNED: Self = Self::Returned;
    const PUBLISHED: Self = Self::Published;
    const EXPIRED: Self = Self::Expired;

    fn lapses(self) -> bool {
        self.seeks_match()
    }

    fn is_open(self) -> bool {
        use NeedStatus as S;
        matches!(
            self,
            S::Published | S::Matching | S::Negotiating | S::Contracted | S::InProgress | S::Solved
        )
    }

    fn is_editable(self) -> bool {
        !matches!(self, Self::Submitted | Self::Solved | Self::Withdrawn | Self::Unsolved)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Error;

    const BOTH: Standing = Standing { owner: true, reviewer: true };

    #[test]
    fn the_straight_path_is_legal_and_leaps_are_not() {
        use NeedStatus as S;
        let path = [
            S::Draft,
            S::Submitted,
            S::Published,
            S::Matching,
            S::Negotiating,
            S::Contracted,
            S::InProgress,
            S::Solved,
        ];
        for (at, from) in path.iter().enumerate() {
            for (beside, to) in path.iter().enumerate().skip(at + 1) {
                assert_eq!(from.check_step(*to, BOTH).is_ok(), beside == at + 1, "{from} {to}");
            }
        }
    }

    #[test]
    fn an_illegal_step_names_the_legal_ones() {
        let error = NeedStatus::Draft.check_step(NeedStatus::Solved, BOTH).unwrap_err();
        let Error::Conflict { legal: Some(legal), .. } = error else { panic!("{error:?}") };
        assert_eq!(legal, ["submitted", "withdrawn"]);
    }

    #[test]
    fn owners_do_not_publish_their_own_needs() {
        let owner = Standing { owner: true, reviewer: false };
        let error = NeedStatus::Submitted.check_step(NeedStatus::Published, owner).unwrap_err();
        assert!(matches!(error, Error::Forbidden(_)));
        assert_eq!(NeedStatus::Submitted.steps_for(owner), [NeedStatus::Withdrawn]);
    }

    #[test]
    fn closed_needs_stay_closed() {
        for status in [NeedStatus::Solved, NeedStatus::Withdrawn, NeedStatus::Unsolved] {
            assert!(status.next().is_empty());
        }
    }

    proptest! {
        /// Whatever is asked for by whomever in whatever order, a need is only where its life leads:
        /// nothing is solved that was not contracted, nothing public that no reviewer has published,
        /// and the end is the end.
        #[test]
        fn no_sequence_of_steps_leads_outside_the_life(
            wanted in prop::collection::vec(
                (prop::sample::select(NeedStatus::ALL), any::<bool>(), any::<bool>()), 0..60),
        ) {
            use NeedStatus as S;
            let mut path = vec![S::Draft];
            let mut reviewed = false;
            for (to, owner, reviewer) in wanted {
                let from = path[path.len() - 1];
                let standing = Standing { owner, reviewer };
                let allowed = from.steps_for(standing).contains(&to);
                match from.check_step(to, standing) {
                    Ok(()) => {
                        prop_assert!(allowed && from.next().contains(&to));
                        reviewed |= from == S::Submitted && to == S::Published;
                        prop_assert!(!to.is_open() || reviewed, "{} without a review", to);
                        path.push(to);
                    }
                    Err(Error::Conflict { legal: Some(legal), .. }) => {
                        prop_assert!(!from.next().contains(&to));
                        prop_assert_eq!(legal.len(), from.next().len());
                    }
                    Err(Error::Forbidden(_)) => prop_assert!(!allowed && from.next().contains(&to)),
                    Err(other) => panic!("{other}"),
                }
            }
            if let Some(at) = path.iter().position(|state| *state == S::Solved) {
                prop_assert!(path[..at].contains(&S::Contracted));
            }
            let ended = path.iter().position(|state| state.next().is_empty());
            prop_assert!(ended.is_none_or(|at| at == path.len() - 1));
        }
    }
}
