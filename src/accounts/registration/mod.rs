//! Registering an organisation together with the first person who manages it. Nothing is made
//! before the person has shown, by the link in a mail, that the address is theirs.

pub mod api;
pub mod model;
pub mod ops;
pub(super) mod store;
