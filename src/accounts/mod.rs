//! People: accounts, roles, sessions and the tokens that prove them.
//!
//! One folder a noun: [`users`], [`roles`], [`sessions`], [`passwords`], [`registration`],
//! [`invitations`], [`members`], and [`links`] for what is sent by mail. [`tokens`] makes and checks access tokens, [`limits`] slows guessing down, [`secrets`] makes
//! what nobody can guess. Other folders use [`ops`] and [`principal`].

pub mod api;
pub mod invitations;
pub(crate) mod letters;
pub mod limits;
pub mod links;
pub mod members;
pub mod ops;
pub mod pages;
pub mod passwords;
pub mod principal;
pub mod privacy;
pub mod registration;
pub mod roles;
pub mod secrets;
pub mod sessions;
mod store;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod users;
