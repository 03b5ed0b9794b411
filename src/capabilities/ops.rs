//! Use cases of capabilities: those of every [reviewed record](crate::records::reviewed).

use super::model::{Capability, CapabilityView, CreateCapability};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::records::reviewed;

pub use super::consent::{SetConsent, set_consent};
pub use super::listing::{ListCapabilities, list};
pub use super::steps::{TakeCapabilityStep, take_step};
pub use crate::records::ops::Written;
pub use crate::records::reviewed::{delete, find, find_many, insert_many, show, update, view};

/// A row with its owner and what the caller sees of it.
pub type SeenCapability = reviewed::Seen<Capability>;

/// Creates a draft.
///
/// # Errors
/// Those of [`reviewed::create`].
pub fn create(
    app: &App,
    caller: &Caller,
    command: &CreateCapability,
) -> Result<Written<CapabilityView>> {
    reviewed::create::<Capability>(app, caller, command.org_id, &command.fields)
}
