//! Functions of SQL that diesel does not bring along and both databases have.

use diesel::sql_types::{Integer, Text};

diesel::define_sql_function! {
    /// Part of a text, counted from 1.
    fn substr(text: Text, from: Integer, length: Integer) -> Text;
}

diesel::define_sql_function! {
    /// Small letters; SQLite knows those of ASCII only.
    fn lower(text: Text) -> Text;
}

/// A `LIKE` pattern, with `!` to escape, for texts in small letters that contain this one.
pub fn containing(text: &str) -> String {
    let text = text.to_lowercase();
    format!("%{}%", text.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}
