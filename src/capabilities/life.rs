//! The life of a capability: its states, the legal steps, and who may take them.

use crate::code_enum;
use crate::error::{Error, Message, Result};
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

impl CapabilityStatus {
    /// The steps that are legal from here.
    pub fn next(self) -> &'static [Self] {
        use CapabilityStatus as S;
        match self {
            S::Draft | S::Returned => &[S::Submitted, S::Withdrawn],
            S::Submitted => &[S::Returned, S::Published, S::Withdrawn],
            S::Published => &[S::Suspended, S::Expired, S::Withdrawn],
            S::Suspended | S::Expired => &[S::Published, S::Withdrawn],
            S::Withdrawn => &[],
        }
    }

    /// Whether everybody may know of it.
    pub fn is_open(self) -> bool {
        self == Self::Published
    }

    /// Whether its author may still change the text freely.
    pub fn is_editable(self) -> bool {
        !matches!(self, Self::Submitted | Self::Withdrawn)
    }

    /// Whether it has been reviewed once, so that what it holds must stay complete.
    pub fn is_reviewed(self) -> bool {
        !matches!(self, Self::Draft | Self::Submitted | Self::Returned)
    }
}

/// Who may take a step. Publishing and returning what was submitted is the reviewer's; all else
/// either's, except that only time lets a capability expire.
fn may_take(from: CapabilityStatus, to: CapabilityStatus, standing: Standing) -> bool {
    use CapabilityStatus as S;
    match (from, to) {
        (_, S::Expired) => false,
        (S::Submitted, S::Published | S::Returned) => standing.reviewer,
        _ => standing.owner || standing.reviewer,
    }
}

/// The legal steps that this caller may take.
pub fn steps_for(from: CapabilityStatus, standing: Standing) -> Vec<CapabilityStatus> {
    from.next().iter().copied().filter(|to| may_take(from, *to, standing)).collect()
}

/// Checks a step.
///
/// # Errors
/// A conflict that lists the legal steps, or "forbidden" when the step is legal but not the
/// caller's to take.
pub fn check_step(from: CapabilityStatus, to: CapabilityStatus, standing: Standing) -> Result<()> {
    if !from.next().contains(&to) {
        return Err(Error::Conflict {
            message: Message::new("error.illegal_step").with("from", from).with("to", to),
            legal: Some(from.next().iter().map(ToString::to_string).collect()),
        });
    }
    if may_take(from, to, standing) {
        Ok(())
    } else {
        Err(Error::forbidden(Message::new("error.step_not_yours").with("to", to)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CapabilityStatus as S;

    #[test]
    fn every_step_outside_the_table_is_refused_with_the_legal_ones() {
        let both = Standing { owner: true, reviewer: true };
        for &from in S::ALL {
            for &to in S::ALL {
                match check_step(from, to, both) {
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
        assert_eq!(steps_for(S::Submitted, owner), [S::Withdrawn]);
        assert_eq!(steps_for(S::Expired, owner), [S::Published, S::Withdrawn]);
        assert_eq!(steps_for(S::Withdrawn, owner), []);
    }

    #[test]
    fn others_take_no_step() {
        let other = Standing { owner: false, reviewer: false };
        assert!(S::ALL.iter().all(|from| steps_for(*from, other).is_empty()));
    }
}
