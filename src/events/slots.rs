//! Tables and times of one-to-one meetings, and who is put where. Nothing here reads or writes a
//! database.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::model::{GuestId, MeetingId};
use crate::db::Timestamp;

/// Times of one event at most.
pub const MOST_SLOTS: usize = 60;

/// A time in which nobody meets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// Tables and times for one-to-one meetings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlotPlan {
    /// Tables, 1 to 50.
    pub tables: u8,
    /// Minutes of a meeting, 5 to 120.
    pub minutes: u16,
    /// Minutes between two meetings, up to 60.
    #[serde(default)]
    pub pause_minutes: u16,
    /// When the first meeting begins; with the event by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// When the last has ended; with the event by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Breaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<Break>,
}

impl SlotPlan {
    /// The times, one after the other, that fit in and cut into no break; at most [`MOST_SLOTS`].
    pub fn times(&self, starts_at: Timestamp, ends_at: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let length = TimeDelta::minutes(self.minutes.max(1).into());
        let pause = TimeDelta::minutes(self.pause_minutes.into());
        let end = self.until.unwrap_or(ends_at).0;
        let mut at = self.from.unwrap_or(starts_at).0;
        let mut times = Vec::new();
        while times.len() < MOST_SLOTS && at + length <= end {
            let over = self.breaks.iter().filter(|one| one.from.0 < at + length && at < one.to.0);
            match over.map(|one| one.to.0).max() {
                Some(later) => at = later,
                None => {
                    times.push((Timestamp(at), Timestamp(at + length)));
                    at += length + pause;
                }
            }
        }
        times
    }
}

/// A pair that wants a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// The pair.
    pub meeting: MeetingId,
    /// Whose need.
    pub need: GuestId,
    /// Whose capability.
    pub provider: GuestId,
    /// Score of the match.
    pub score: i32,
}

/// A place given to a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placing {
    /// The pair.
    pub meeting: MeetingId,
    /// Which time, from 1.
    pub slot: i32,
    /// Which table, from 1.
    pub table: i32,
}

/// What is taken already: seats by slot and guest, tables by slot and number.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Who sits in which slot.
    pub seats: HashSet<(i32, GuestId)>,
    /// Which table is given away in which slot.
    pub tables: HashSet<(i32, i32)>,
}

impl Taken {
    /// Whether none of these sits anywhere in a slot.
    fn is_free(&self, slot: i32, guests: [GuestId; 2]) -> bool {
        guests.iter().all(|guest| !self.seats.contains(&(slot, *guest)))
    }

    /// The first free table of a slot.
    pub fn free_table(&self, slot: i32, tables: i32) -> Option<i32> {
        (1..=tables).find(|table| !self.tables.contains(&(slot, *table)))
    }

    fn take(&mut self, slot: i32, table: i32, guests: [GuestId; 2]) {
        self.tables.insert((slot, table));
        self.seats.extend(guests.map(|guest| (slot, guest)));
    }

    /// The slots in which these two could meet.
    pub fn open_slots(&self, slots: i32, tables: i32, guests: [GuestId; 2]) -> Vec<i32> {
        (1..=slots)
            .filter(|slot| self.is_free(*slot, guests) && self.free_table(*slot, tables).is_some())
            .collect()
    }
}

/// A timetable for pairs: the best match first, each at the first time at which both are free and at
/// the first free table. The same wishes give the same timetable in whatever order they come; pairs
/// for which there is no place are left out.
pub fn propose(
    mut wishes: Vec<Wish>,
    (slots, tables): (i32, i32),
    mut taken: Taken,
) -> Vec<Placing> {
    wishes.sort_by_key(|wish| (std::cmp::Reverse(wish.score), wish.meeting));
    let mut placed = Vec::new();
    for wish in wishes {
        let guests = [wish.need, wish.provider];
        let Some(slot) = taken.open_slots(slots, tables, guests).first().copied() else { continue };
        let Some(table) = taken.free_table(slot, tables) else { continue };
        taken.take(slot, table, guests);
        placed.push(Placing { meeting: wish.meeting, slot, table });
    }
    placed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse().unwrap())
    }

    fn plan(minutes: u16, pause_minutes: u16, breaks: Vec<Break>) -> SlotPlan {
        SlotPlan { tables: 2, minutes, pause_minutes, from: None, until: None, breaks }
    }

    #[test]
    fn times_fill_the_event_and_leave_breaks_alone() {
        let (from, to) = (at("2026-12-01T01:00:00Z"), at("2026-12-01T04:00:00Z"));
        let lunch = Break { from: at("2026-12-01T02:10:00Z"), to: at("2026-12-01T03:00:00Z") };
        let times = plan(30, 5, vec![lunch]).times(from, to);
        let starts: Vec<String> =
            times.iter().map(|(at, _)| at.0.format("%H:%M").to_string()).collect();
        // The one at 02:10 would cut into the break, and a last one at 03:35 would end too late.
        assert_eq!(starts, ["01:00", "01:35", "03:00"]);
        assert_eq!(times[2].1, at("2026-12-01T03:30:00Z"));
        assert!(plan(120, 0, Vec::new()).times(from, at("2026-12-01T02:59:00Z")).is_empty());
        assert_eq!(
            plan(5, 0, Vec::new()).times(from, at("2026-12-09T02:59:00Z")).len(),
            MOST_SLOTS
        );
    }

    fn wishes() -> impl Strategy<Value = Vec<Wish>> {
        let guests: Vec<GuestId> = (1..9_u128).map(|n| GuestId(uuid::Uuid::from_u128(n))).collect();
        let one = (0..guests.len(), 0..guests.len(), 0..5_i32);
        prop::collection::vec(one, 0..40).prop_map(move |all| {
            let wish = |(at, (need, provider, score)): (usize, (usize, usize, i32))| Wish {
                meeting: MeetingId(uuid::Uuid::from_u128(at as u128 + 1)),
                need: guests[need],
                provider: guests[provider],
                score,
            };
            all.into_iter().enumerate().map(wish).collect()
        })
    }

    proptest! {
        /// Nobody sits in two places at a time, no table is given twice, nothing that was taken is
        /// given away, no place that both could have had is left unused, and the order in which pairs
        /// come changes nothing.
        #[test]
        fn a_timetable_books_nothing_twice(
            wishes in wishes(),
            slots in 0..6_i32,
            tables in 1..4_i32,
            before in prop::collection::vec((1..6_i32, 1..9_u128, 1..4_i32), 0..6),
        ) {
            let mut taken = Taken::default();
            for (slot, guest, table) in before {
                let guest = GuestId(uuid::Uuid::from_u128(guest));
                taken.take(slot, table, [guest, guest]);
            }
            let placed = propose(wishes.clone(), (slots, tables), taken.clone());
            let mut all = taken.clone();
            for one in &placed {
                let wish = wishes.iter().find(|wish| wish.meeting == one.meeting).unwrap();
                prop_assert!((1..=slots).contains(&one.slot) && (1..=tables).contains(&one.table));
                prop_assert!(all.tables.insert((one.slot, one.table)), "{one:?}");
                prop_assert!(all.seats.insert((one.slot, wish.need)), "{one:?}");
                prop_assert!(wish.provider == wish.need || all.seats.insert((one.slot, wish.provider)));
            }
            let left = wishes.iter().filter(|wish| placed.iter().all(|one| one.meeting != wish.meeting));
            for wish in left {
                prop_assert!(all.open_slots(slots, tables, [wish.need, wish.provider]).is_empty());
            }
            let mut turned = wishes.clone();
            turned.reverse();
            prop_assert_eq!(propose(turned, (slots, tables), taken), placed);
        }
    }
}
