//! Whether open records are still true: their owners confirm them ([`ops::verify`]), and are asked
//! to by mail before they lapse or when nobody has confirmed them for long ([`ops::ask`]).

pub mod api;
mod letters;
pub mod model;
pub mod ops;
mod store;
