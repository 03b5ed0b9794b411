//! Functions of SQL that diesel does not bring along and both databases have.

use diesel::sql_types::{Integer, Text};

diesel::define_sql_function! {
    /// Part of a text, counted from 1.
    fn substr(text: Text, from: Integer, length: Integer) -> Text;
}
