//! The life of a capability: its states, the legal steps, and who may take them.

use crate::code_enum;
use crate::records::life::{Life, ReviewedLife};
pub use crate::records::scope::Standing;

code_enum!(
    /// Where a capability stands (capability_status).
    CapabilityStatus {
        /// 草稿
        Draft = "draft",
        /// 待审
        Submitted = "submitted",
        /// 退回补充
        Returned = "returned",
        /// 已发布
        Published = "published",
        /// 暂停
        Suspended = "suspended",
        /// 过期
        Expired = "expired",
        /// 撤回
        Withdrawn = "withdrawn",
    }
);

impl Life for CapabilityStatus {
    type Standing = Standing;

    const CODES: &'static str = "capability_status";

    fn next(self) -> &'static [Self] {
        use CapabilityStatus as S;
        match self {
            S::Draft | S::Returned => &[S::Submitted, S::Withdrawn],
            S::Submitted => &[S::Returned, S::Published, S::Withdrawn],
            S::Published => &[S::Suspended, S::Expired, S::Withdrawn],
            S::Suspended | S::Expired => &[S::Published, S::Withdrawn],
            S::Withdrawn => &[],
        }
    }

    // Who may take a step. Publishing and returning what was submitted is the reviewer's; all else
    // either's, except that only time lets a capability expire.
    fn may_take(self, to: Self, standing: Standing) -> bool {
        use CapabilityStatus as S;
        match (self, to) {
            (_, S::Expired) => false,
            (S::Submitted, S::Published | S::Returned) => standing.reviewer,
            _ => standing.owner || standing.reviewer,
        }
    }
}

impl ReviewedLife for CapabilityStatus {
    const DRAFT: Self = Self::Draft;
    const SUBMITTED: Self = Self::Submitted;
    const RETURNED: Self = Self::Returned;
    const PUBLISHED: Self = Self::Published;
    const EXPIRED: Self = Self::Expired;

    fn lapses(self) -> bool {
        self == Self::Published
    }

    fn is_open(self) -> bool {
        self == Self::Published
    }

    fn is_editable(self) -> bool {
        !matches!(self, Self::Submitted | Self::Withdrawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use CapabilityStatus as S;

    #[test]
    fn every_step_outside_the_table_is_refused_with_the_legal_ones() {
        let both = Standing { owner: true, reviewer: true };
        for &from in S::ALL {
            for &to in S::ALL {
                match from.check_step(to, both) {
                    Ok(()) => assert!(from.next().contains(&to) && to != S::Expired),
                    Err(Error::Forbidden(_)) => assert_eq!(to, S::Expired),
                    Err(Error::Conflict { legal: Some(legal), .. }) => {
                        assert!(!from.next().contains(&to), "{from} {to}");
                        assert_eq!(legal.len(), from.next().len());
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }

    #[test]
    fn owners_renew_but_do_not_publish_what_they_submitted() {
        let owner = Standing { owner: true, reviewer: false };
        assert_eq!(S::Submitted.steps_for(owner), [S::Withdrawn]);
        assert_eq!(S::Expired.steps_for(owner), [S::Published, S::Withdrawn]);
        assert_eq!(S::Withdrawn.steps_for(owner), []);
    }

    #[test]
    fn others_take_no_step() {
        let other = Standing { owner: false, reviewer: false };
        assert!(S::ALL.iter().all(|from| from.steps_for(other).is_empty()));
    }
}
