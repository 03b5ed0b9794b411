//! Who gets what is to be brokered: of the liaisons of a town, the one who has the least to do.

use std::collections::HashMap;

use super::handover::ReceiverView;
use super::store;
use crate::accounts::principal::UserId;
use crate::accounts::roles;
use crate::accounts::roles::model::BrokerView;
use crate::db::Db;
use crate::error::{Error, Message, Result};

/// Open cases and needs without anybody to be brought together with, by who answers for them; those
/// without any are missing.
pub(super) fn burdens(db: &mut Db, people: &[UserId]) -> Result<HashMap<UserId, i64>> {
    let mut found: HashMap<UserId, i64> = HashMap::new();
    for (person, count) in
        store::loads(db, people)?.into_iter().chain(store::need_loads(db, people)?)
    {
        if let Some(person) = person {
            *found.entry(person).or_default() += count;
        }
    }
    Ok(found)
}

/// The liaisons of towns, with how much each has to do.
#[derive(Default)]
pub(super) struct Liaisons {
    towns: HashMap<String, Vec<BrokerView>>,
    burdens: HashMap<UserId, i64>,
}

impl Liaisons {
    /// The liaisons of a town, who has been one longest first.
    pub fn of(&mut self, db: &mut Db, town: &str) -> Result<&[BrokerView]> {
        if !self.towns.contains_key(town) {
            let found = roles::ops::liaisons(db, town)?;
            let ids: Vec<UserId> = found.iter().map(|one| one.id).collect();
            for (id, count) in burdens(db, &ids)? {
                self.burdens.entry(id).or_insert(count);
            }
            self.towns.insert(town.to_owned(), found);
        }
        Ok(self.towns.get(town).map_or(&[], Vec::as_slice))
    }

    /// How much a liaison has to do, as far as the town is known.
    fn burden(&self, person: UserId) -> i64 {
        self.burdens.get(&person).copied().unwrap_or(0)
    }

    /// Some of the liaisons as those who could take something over, who has the least to do first.
    pub fn receivers(&self, some: Vec<BrokerView>) -> Vec<ReceiverView> {
        let burden =
            |liaison: BrokerView| ReceiverView { burden: self.burden(liaison.id), liaison };
        let mut found: Vec<ReceiverView> = some.into_iter().map(burden).collect();
        found.sort_by_key(|one| one.burden);
        found
    }

    /// Who gets one thing more of a town: the one asked for, or who has the least to do; never who is
    /// left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the one asked for is no liaison of the town.
    pub fn next(
        &mut self,
        db: &mut Db,
        town: &str,
        but: Option<UserId>,
        to: Option<UserId>,
    ) -> Result<Option<UserId>> {
        let all = self.of(db, town)?.iter().map(|one| one.id);
        let others: Vec<UserId> = all.filter(|id| Some(*id) != but).collect();
        let chosen = match to {
            Some(to) if others.contains(&to) => Some(to),
            Some(_) => {
                let message = Message::new("field.not_liaison_of").with("town", town);
                return Err(Error::field("/to", message));
            }
            None => others.into_iter().min_by_key(|id| self.burden(*id)),
        };
        if let Some(id) = chosen {
            *self.burdens.entry(id).or_default() += 1;
        }
        Ok(chosen)
    }
}
