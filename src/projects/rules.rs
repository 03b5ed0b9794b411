//! What a project must hold: always, and to be closed.

use chrono::NaiveDate;

use super::model::{Output, ProjectFields};
use crate::error::Result;
use crate::money::Money;
use crate::reference::Reference;
use crate::validation::Checker;

/// Most entries of one list.
const MAX_ENTRIES: usize = 60;

/// Checks the fields and names everything wrong at once.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check(fields: &ProjectFields, reference: &Reference, today: NaiveDate) -> Result<()> {
    let mut checker = Checker::default();
    checker.name("/title", fields.title.as_deref());
    checker.line("/title", fields.title.as_deref(), 0, 200);
    let codes = [
        ("/programme", "programme", &fields.programme),
        ("/channel", "channel", &fields.channel),
        ("/activity_kind", "activity_kind", &fields.activity_kind),
    ];
    for (pointer, table, code) in codes {
        checker.present(pointer, code.as_ref());
        checker.code(reference, pointer, table, code.as_deref());
    }
    check_towns(&mut checker, fields, reference);
    check_parties(&mut checker, fields, reference);
    checker.present("/starts_on", fields.starts_on.as_ref());
    checker.present("/ends_on", fields.ends_on.as_ref());
    if let (Some(start), Some(end)) = (fields.starts_on, fields.ends_on) {
        checker.ensure(start <= end, "/ends_on", "field.ends_before_start");
    }
    checker.length("/summary", fields.summary.as_deref(), 0, 5_000);
    checker.count("/contract_ids", &fields.contract_ids, 0, MAX_ENTRIES);
    check_lists(&mut checker, fields, reference, today);
    checker.finish()
}

fn check_towns(checker: &mut Checker, fields: &ProjectFields, reference: &Reference) {
    checker.count("/town_codes", &fields.town_codes, 1, MAX_ENTRIES);
    for (at, code) in fields.town_codes.iter().enumerate() {
        let pointer = format!("/town_codes/{at}");
        let is_town = reference.region(code).is_some_and(|region| region.level == "town");
        checker.ensure(is_town, &pointer, "field.not_a_town");
        checker.ensure(!fields.town_codes[..at].contains(code), &pointer, "field.repeated");
    }
}

fn check_parties(checker: &mut Checker, fields: &ProjectFields, reference: &Reference) {
    checker.count("/parties", &fields.parties, 2, MAX_ENTRIES);
    for (at, party) in fields.parties.iter().enumerate() {
        checker.text(&format!("/parties/{at}/name"), party.name.as_deref());
        checker.line(&format!("/parties/{at}/name"), party.name.as_deref(), 0, 100);
        let role = format!("/parties/{at}/role");
        checker.code(reference, &role, "project_role", Some(&party.role));
        let earlier = &fields.parties[..at];
        let same = |other: &super::model::ProjectParty| {
            other.org_id == party.org_id && other.name == party.name && other.role == party.role
        };
        let repeated = earlier.iter().any(same);
        checker.ensure(!repeated, &format!("/parties/{at}"), "field.repeated");
    }
}

fn check_lists(
    checker: &mut Checker,
    fields: &ProjectFields,
    reference: &Reference,
    today: NaiveDate,
) {
    checker.count("/milestones", &fields.milestones, 0, MAX_ENTRIES);
    for (at, milestone) in fields.milestones.iter().enumerate() {
        let title = format!("/milestones/{at}/title");
        checker.name(&title, Some(&milestone.title));
        checker.line(&title, Some(&milestone.title), 0, 200);
        checker.not_future(&format!("/milestones/{at}/done_on"), milestone.done_on, today);
    }
    checker.count("/funds", &fields.funds, 0, MAX_ENTRIES);
    for (at, fund) in fields.funds.iter().enumerate() {
        let pointer = format!("/funds/{at}/source");
        checker.code(reference, &pointer, "fund_source", Some(&fund.source));
    }
}

/// Checks what closing adds.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with everything that is missing or wrong.
pub fn check_close(fields: &ProjectFields, reference: &Reference, today: NaiveDate) -> Result<()> {
    let mut checker = Checker::default();
    checker.present("/closed_on", fields.closed_on.as_ref());
    checker.not_future("/closed_on", fields.closed_on, today);
    if let (Some(start), Some(end)) = (fields.starts_on, fields.closed_on) {
        checker.ensure(start <= end, "/closed_on", "field.ends_before_start");
    }
    checker.count("/outputs", &fields.outputs, 1, MAX_ENTRIES);
    for (at, output) in fields.outputs.iter().enumerate() {
        let Output { kind, count, amount, note } = output;
        checker.code(reference, &format!("/outputs/{at}/kind"), "output_kind", Some(kind));
        // Output value is money, everything else is counted.
        let (wanted, other) = match kind.as_str() {
            "output_value" => (amount.is_some_and(|one| one > Money(0)), count.is_some()),
            _ => (count.is_some_and(|one| one > 0), amount.is_some()),
        };
        checker.ensure(wanted && !other, &format!("/outputs/{at}"), "field.output_measure");
        checker.length(&format!("/outputs/{at}/note"), note.as_deref(), 0, 2_000);
    }
    let ratings = [
        ("/satisfaction_need", fields.satisfaction_need),
        ("/satisfaction_provider", fields.satisfaction_provider),
    ];
    for (pointer, rating) in ratings {
        checker.range(pointer, rating, 1, 5);
    }
    checker.finish()
}

/// Refuses changes of what closing alone sets.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every such field that differs.
pub fn check_untouched(before: &ProjectFields, after: &ProjectFields) -> Result<()> {
    let mut checker = Checker::default();
    let same = [
        ("/outputs", before.outputs == after.outputs),
        ("/satisfaction_need", before.satisfaction_need == after.satisfaction_need),
        ("/satisfaction_provider", before.satisfaction_provider == after.satisfaction_provider),
        ("/closed_on", before.closed_on == after.closed_on),
    ];
    for (pointer, same) in same {
        checker.ensure(same, pointer, "field.set_by_step");
    }
    checker.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::projects::model::Fund;

    proptest! {
        /// The totals of a project are the sums of its funds to the last 分, in any order.
        #[test]
        fn funds_come_to_their_sum(
            funds in prop::collection::vec((0_i64..1_000_000_000, prop::option::of(0_i64..1_000_000_000)), 0..60),
        ) {
            let entries = funds.iter().map(|&(planned, paid)| Fund {
                source: "town".to_owned(),
                planned: Money(planned * 100),
                paid: paid.map(|paid| Money(paid * 100)),
            });
            let mut fields = ProjectFields { funds: entries.collect(), ..ProjectFields::default() };
            let planned: i128 = funds.iter().map(|fund| i128::from(fund.0) * 100).sum();
            let paid: i128 = funds.iter().filter_map(|fund| fund.1).map(|one| i128::from(one) * 100).sum();
            let (found_planned, found_paid) = fields.totals();
            prop_assert_eq!((i128::from(found_planned.0), i128::from(found_paid.0)), (planned, paid));
            fields.funds.reverse();
            prop_assert_eq!(fields.totals(), (found_planned, found_paid));
            let json = serde_json::to_string(&fields).unwrap();
            let read: ProjectFields = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read.totals(), (found_planned, found_paid));
        }
    }
}
