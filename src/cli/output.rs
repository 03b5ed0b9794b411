//! What commands write to the terminal: messages of the catalogue, reasons of failures, progress.

use std::io::Write;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::accounts::principal::Language;
use crate::error::{Error, Message};
use crate::http::{problem, text};

/// The language asked for, or that of the terminal (`LC_ALL`, `LC_MESSAGES`, `LANG`).
pub(crate) fn language(asked: Option<&str>) -> Language {
    if let Some(tag) = asked {
        return Language::from_tag(tag);
    }
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match named {
        Some(value) if value.starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

/// Prints a line to stdout. A closed pipe (`townbridge … | head`) is no failure.
pub(crate) fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", line.trim_end_matches('\n')).and_then(|()| out.flush());
}

/// Prints a message of the catalogue.
pub(crate) fn say(language: Language, message: impl Into<Message>) {
    print(&text::render(&message.into(), language));
}

/// The reason of a failure in one line. Faults of ours show their internal text: whoever runs a
/// command is the operator.
pub(crate) fn reason(error: &Error) -> String {
    match error {
        Error::Internal { text, .. } | Error::Unavailable(text) => text.clone(),
        other => explain(other, language(None)),
    }
}

/// What is wrong, in words, with every field.
pub(crate) fn explain(error: &Error, language: Language) -> String {
    let problem = problem::describe(error, language, None, None);
    let fields: Vec<String> = problem
        .errors
        .iter()
        .map(|field| format!("{}: {}", field.pointer.trim_start_matches('/'), field.detail))
        .collect();
    if fields.is_empty() {
        problem.detail.unwrap_or(problem.title)
    } else {
        format!("{}: {}", problem.title, fields.join("; "))
    }
}

/// A progress bar with rate and remaining time; hidden when stderr is no terminal.
pub(crate) fn progress(total: Option<u64>) -> ProgressBar {
    let bar = match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::new_spinner(),
    };
    let template = if total.is_some() {
        "{bar:40} {human_pos}/{human_len}  {rate}  {eta}"
    } else {
        "{spinner} {human_pos}  {rate}  {elapsed}"
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(4));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.with_key("rate", write_rate));
    }
    bar
}

fn write_rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    // A failed write shows nothing, which is all that can be done about it.
    let _ = out.write_str(&rate(state.per_sec()));
}

/// A rate without decimals: `7,929/s`.
fn rate(per_second: f64) -> String {
    format!("{}/s", HumanCount(per_second.round().max(0.0) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_no_decimals() {
        assert_eq!([rate(7928.9121), rate(0.0), rate(f64::NAN)], ["7,929/s", "0/s", "0/s"]);
    }
}
