//! Handing over what a liaison brokers when she changes post. What she has written stays hers.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::model::Case;
use super::ops::save;
use super::{store, telling};
use crate::accounts;
use crate::accounts::principal::{Caller, UserId};
use crate::app::App;
use crate::db::{Db, dialect};
use crate::error::{Error, Message, Result};

/// To whom the cases go.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// A liaison of the towns; without one the cases are spread over the other liaisons of each
    /// town, who has the fewest first.
    #[serde(default)]
    pub to: Option<UserId>,
}

/// What has been handed over.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HandedOver {
    /// Cases that have got another liaison.
    pub moved: usize,
    /// Cases that nobody brokers now: their town has no other liaison.
    pub left_alone: usize,
}

/// Hands over all open cases of a liaison, as far as they lie in the caller's regions.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but the liaison herself, officers and administrators;
/// [`Error::NotFound`] for somebody who brokers nothing there; [`Error::Invalid`] for a receiver who
/// is no liaison of one of the towns.
pub fn hand_over(
    app: &App,
    caller: &Caller,
    from: UserId,
    command: &HandOver,
) -> Result<HandedOver> {
    let principal = caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.brokers_only"));
    }
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_cases(db)?;
        let mut cases = store::brokered_by(db, from)?;
        let own = principal.user_id == from;
        cases.retain(|case| {
            principal.is_admin()
                || principal.is_officer_of(&case.region_code)
                || own && principal.reviews(&case.region_code)
        });
        if cases.is_empty() {
            return Err(Error::NotFound);
        }
        let mut receivers = Receivers::default();
        let mut done = HandedOver { moved: 0, left_alone: 0 };
        let mut received: BTreeMap<UserId, usize> = BTreeMap::new();
        for mut case in cases {
            case.liaison_id = receivers.next(db, &case, from, command.to)?;
            match case.liaison_id {
                Some(to) => {
                    done.moved += 1;
                    *received.entry(to).or_default() += 1;
                }
                None => done.left_alone += 1,
            }
            save(db, caller, now, &mut case, None)?;
        }
        received.remove(&principal.user_id);
        for (receiver, count) in received {
            telling::handed_over(app, db, receiver, count)?;
        }
        Ok(done)
    })
}

/// The liaisons of towns, with how many open cases they have.
#[derive(Default)]
struct Receivers {
    towns: HashMap<String, Vec<UserId>>,
    loads: HashMap<UserId, i64>,
}

impl Receivers {
    /// Who gets a case.
    fn next(
        &mut self,
        db: &mut Db,
        case: &Case,
        from: UserId,
        to: Option<UserId>,
    ) -> Result<Option<UserId>> {
        if !self.towns.contains_key(&case.region_code) {
            self.read(db, &case.region_code)?;
        }
        let liaisons = self.towns.get(&case.region_code).map_or(&[][..], Vec::as_slice);
        let others = liaisons.iter().copied().filter(|id| *id != from);
        let chosen = match to {
            Some(to) if others.clone().any(|id| id == to) => Some(to),
            Some(_) => {
                let message = Message::new("field.not_liaison_of").with("town", &case.region_code);
                return Err(Error::field("/to", message));
            }
            None => others.min_by_key(|id| self.loads.get(id).copied().unwrap_or(0)),
        };
        if let Some(id) = chosen {
            *self.loads.entry(id).or_default() += 1;
        }
        Ok(chosen)
    }

    fn read(&mut self, db: &mut Db, town: &str) -> Result<()> {
        let found = accounts::roles::ops::liaisons(db, town)?;
        let ids: Vec<UserId> = found.into_iter().map(|one| one.id).collect();
        for (id, open) in store::loads(db, &ids)? {
            if let Some(id) = id {
                self.loads.entry(id).or_insert(open);
            }
        }
        self.towns.insert(town.to_owned(), ids);
        Ok(())
    }
}
