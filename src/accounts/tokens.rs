//! Access tokens (JWT) and the keys that sign them.

/// Keys that sign access tokens.
#[derive(Default)]
pub struct Keyring {}
