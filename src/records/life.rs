//! State machines: the states a record goes through, the legal steps, and who may take them.

use std::fmt::Display;
use std::str::FromStr;

use super::scope::Standing;
use crate::error::{Error, Message, Result};

/// The states of a kind of record.
pub trait Life: Copy + Eq + Display + FromStr + Send + Sync + 'static {
    /// What the caller is to a record, as far as steps depend on it.
    type Standing: Copy;

    /// The steps that are legal from here.
    fn next(self) -> &'static [Self];

    /// The table that names the states.
    const CODES: &'static str;

    /// Whether a legal step is this caller's to take.
    fn may_take(self, to: Self, standing: Self::Standing) -> bool;

    /// The legal steps that this caller may take.
    fn steps_for(self, standing: Self::Standing) -> Vec<Self> {
        self.next().iter().copied().filter(|to| self.may_take(*to, standing)).collect()
    }

    /// Checks a step.
    ///
    /// # Errors
    /// A conflict that lists the legal steps, or "forbidden" when the step is legal but not the
    /// caller's to take.
    fn check_step(self, to: Self, standing: Self::Standing) -> Result<()> {
        if !self.next().contains(&to) {
            let message = Message::new("error.illegal_step")
                .with_code("from", Self::CODES, self)
                .with_code("to", Self::CODES, to);
            return Err(Error::out_of_step(message, self.next()));
        }
        if self.may_take(to, standing) {
            Ok(())
        } else {
            Err(Error::forbidden(Message::new("error.step_not_yours").with_code(
                "to",
                Self::CODES,
                to,
            )))
        }
    }
}

/// The states of a record that its owner writes and puts forward, and a reviewer publishes.
pub trait ReviewedLife: Life<Standing = Standing> {
    /// 草稿
    const DRAFT: Self;
    /// 待审
    const SUBMITTED: Self;
    /// 退回补充
    const RETURNED: Self;
    /// 已发布
    const PUBLISHED: Self;
    /// 过期
    const EXPIRED: Self;

    /// Whether it waits for a partner, so that it lapses unless it is confirmed.
    fn lapses(self) -> bool;

    /// Whether everybody may know of it.
    fn is_open(self) -> bool;

    /// Whether its author may still change the text freely.
    fn is_editable(self) -> bool;

    /// Whether it has been reviewed once, so that what it holds must stay complete.
    fn is_reviewed(self) -> bool {
        ![Self::DRAFT, Self::SUBMITTED, Self::RETURNED].contains(&self)
    }
}
