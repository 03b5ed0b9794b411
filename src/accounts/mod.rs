//! People: accounts, roles, sessions and the tokens that prove them.
//!
//! One folder a noun: [`users`], [`roles`], [`sessions`], [`passwords`].
//! [`tokens`] makes and checks access tokens, [`limits`] slows guessing down, [`secrets`] makes
//! what nobody can guess. Other folders use [`ops`] and [`principal`].

pub mod api;
pub mod limits;
pub mod ops;
pub mod passwords;
pub mod principal;
pub mod roles;
pub mod secrets;
pub mod sessions;
mod store;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod users;
