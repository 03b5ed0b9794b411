//! Use cases of needs: those of every [reviewed record](crate::records::reviewed).

use super::model::{CreateNeed, Need, NeedView};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::records::reviewed;

pub use super::listing::{ListNeeds, list};
pub use super::steps::{TakeNeedStep, take_step};
pub use crate::records::ops::Written;
pub use crate::records::reviewed::{delete, find, find_many, insert_many, show, update, view};

/// A row with its owner and what the caller sees of it.
pub type SeenNeed = reviewed::Seen<Need>;

/// Creates a draft.
///
/// # Errors
/// Those of [`reviewed::create`].
pub fn create(app: &App, caller: &Caller, command: &CreateNeed) -> Result<Written<NeedView>> {
    reviewed::create::<Need>(app, caller, command.org_id, &command.fields)
}
