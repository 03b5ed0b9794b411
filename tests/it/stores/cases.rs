//! Cases on both databases.

use townbridge::accounts::principal::{Caller, OrgId, Role, RoleBinding};
use townbridge::cases::model::{Answer, Case, CaseId, CaseOrigin, LostReason, Side};
use townbridge::cases::stage::CaseStage;
