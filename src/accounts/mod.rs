//! People: accounts, roles, sessions and tokens.

pub mod limits;
pub mod ops;
pub mod principal;
pub mod tokens;
