//! Entries of a calendar as iCalendar (RFC 5545), for the calendar of a phone or an office program.

use chrono::{Days, NaiveDate};

use crate::db::Timestamp;

/// Longest line in octets, RFC 5545 section 3.1.
const LONGEST_LINE: usize = 75;

/// When something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From one moment to another.
    Span(Timestamp, Timestamp),
    /// On a day, at no hour of it.
    Day(NaiveDate),
}

/// One entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What tells it from all others here, whenever it is written.
    pub uid: String,
    /// When it is.
    pub when: When,
    /// What it is.
    pub summary: String,
    /// Where it is; may be empty.
    pub place: String,
    /// What else is to be said; may be empty.
    pub description: String,
    /// How often it has been changed.
    pub sequence: i32,
    /// Whether it does not take place.
    pub cancelled: bool,
}

/// A calendar with these entries.
pub fn written(entries: &[Entry], now: Timestamp) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Townbridge//Townbridge//ZH".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
    ];
    let moment = |at: Timestamp| at.0.format("%Y%m%dT%H%M%SZ").to_string();
    for entry in entries {
        lines.push("BEGIN:VEVENT".to_owned());
        lines.push(format!("UID:{}@townbridge", entry.uid));
        lines.push(format!("SEQUENCE:{}", entry.sequence));
        lines.push(format!("DTSTAMP:{}", moment(now)));
        match entry.when {
            When::Span(from, to) => {
                lines.push(format!("DTSTART:{}", moment(from)));
                lines.push(format!("DTEND:{}", moment(to)));
            }
            When::Day(day) => {
                let date = |day: NaiveDate| day.format("%Y%m%d").to_string();
                let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
                lines.push(format!("DTSTART;VALUE=DATE:{}", date(day)));
                lines.push(format!("DTEND;VALUE=DATE:{}", date(next)));
                // A day on which something is due does not make anybody busy.
                lines.push("TRANSP:TRANSPARENT".to_owned());
            }
        }
        lines.push(format!("SUMMARY:{}", escaped(&entry.summary)));
        let texts = [("LOCATION", &entry.place), ("DESCRIPTION", &entry.description)];
        for (name, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            lines.push(format!("{name}:{}", escaped(text)));
        }
        let status = if entry.cancelled { "CANCELLED" } else { "CONFIRMED" };
        lines.push(format!("STATUS:{status}"));
        lines.push("END:VEVENT".to_owned());
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line) + "\r\n").collect()
}

/// A text value: RFC 5545 section 3.3.11. Control characters have no place in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.replace("\r\n", "\n").chars() {
        match sign {
            '\\' | ';' | ',' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push(sign),
            sign if sign.is_control() => {}
            sign => out.push(sign),
        }
    }
    out
}

/// A line cut so that none is longer than 75 octets, never inside a character.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut used = 0;
    for sign in line.chars() {
        if used + sign.len_utf8() > LONGEST_LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(sign);
        used += sign.len_utf8();
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The lines of a calendar without folds, and their values without escapes.
    fn read(text: &str) -> Vec<String> {
        text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    fn unescaped(value: &str) -> String {
        let (mut out, mut signs) = (String::new(), value.chars());
        while let Some(sign) = signs.next() {
            match (sign, if sign == '\\' { signs.next() } else { None }) {
                (_, Some('n')) => out.push('\n'),
                (_, Some(other)) => out.push(other),
                (sign, None) => out.push(sign),
            }
        }
        out
    }

    fn entry(summary: &str) -> Entry {
        Entry {
            uid: "event-1".to_owned(),
            when: When::Span(
                Timestamp("2026-12-01T01:30:00Z".parse().unwrap()),
                Timestamp("2026-12-01T03:00:00Z".parse().unwrap()),
            ),
            summary: summary.to_owned(),
            place: "古镇, 会展中心; A 厅".to_owned(),
            description: String::new(),
            sequence: 3,
            cancelled: false,
        }
    }

    #[test]
    fn an_entry_says_when_where_and_what() {
        let now = Timestamp("2026-11-20T00:00:00Z".parse().unwrap());
        let text = written(&[entry("灯饰散热对接会")], now);
        let lines = read(&text);
        for line in [
            "UID:event-1@townbridge",
            "DTSTART:20261201T013000Z",
            "DTEND:20261201T030000Z",
            "DTSTAMP:20261120T000000Z",
            "SUMMARY:灯饰散热对接会",
            "LOCATION:古镇\\, 会展中心\\; A 厅",
            "STATUS:CONFIRMED",
        ] {
            assert!(lines.iter().any(|one| one == line), "{line} in {text}");
        }
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
        assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
        assert!(!text.contains("DESCRIPTION"));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn what_is_due_on_a_day_takes_no_hour_of_it() {
        let when = When::Day(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap());
        let text = written(
            &[Entry { when, ..entry("付款") }],
            Timestamp::new(chrono::DateTime::UNIX_EPOCH),
        );
        let lines = read(&text);
        for line in
            ["DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "TRANSP:TRANSPARENT"]
        {
            assert!(lines.iter().any(|one| one == line), "{line} in {text}");
        }
    }

    proptest! {
        /// Whatever a title holds, it comes back, opens no line of its own, and no line is too long.
        #[test]
        fn any_title_stays_one_value(title in "(?s)[\\PC\n\r;,:\\\\\"]{0,120}") {
            let text = written(&[entry(&title)], Timestamp::new(chrono::DateTime::UNIX_EPOCH));
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= LONGEST_LINE, "{line}");
                prop_assert!(!line.contains(['\r', '\n']));
            }
            let lines = read(&text);
            prop_assert_eq!(lines.len(), 16);
            let value = lines.iter().find_map(|line| line.strip_prefix("SUMMARY:")).unwrap();
            let expected = title.replace("\r\n", "\n").replace('\r', "");
            prop_assert_eq!(unescaped(value), expected);
        }
    }
}
