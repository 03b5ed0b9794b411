//! Projects for tests.

use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::organizations::model::Organization;
use townbridge::projects::model::{ProjectFields, ProjectStatus, ProjectView};
use townbridge::projects::ops;

use super::TestApp;

/// A project for the town of Guzhen; written by the service itself.
pub struct ProjectBuilder {
    status: ProjectStatus,
    fields: ProjectFields,
}

impl ProjectBuilder {
    /// One that has not begun, of a firm that has the need and somebody who answers it.
    pub fn planned(firm: &Organization, provider: &Organization) -> Self {
        let fields = serde_json::from_value(project_fields(firm, provider)).unwrap();
        Self { status: ProjectStatus::Planned, fields }
    }

    /// One under way.
    pub fn active(firm: &Organization, provider: &Organization) -> Self {
        Self { status: ProjectStatus::Active, ..Self::planned(firm, provider) }
    }

    /// One that has ended well.
    pub fn closed(firm: &Organization, provider: &Organization) -> Self {
        Self { status: ProjectStatus::Closed, ..Self::planned(firm, provider) }
    }

    /// Changes any field.
    pub fn fields(mut self, change: impl FnOnce(&mut ProjectFields)) -> Self {
        change(&mut self.fields);
        self
    }

    /// Writes it and takes it to its state.
    pub fn insert(self, app: &TestApp) -> ProjectView {
        let caller = Caller::system("test");
        let mut project = ops::create(app, &caller, &self.fields).unwrap().value;
        let path = match self.status {
            ProjectStatus::Planned => vec![],
            ProjectStatus::Active => vec![json!({ "to": "active" })],
            _ => vec![json!({ "to": "active" }), closing()],
        };
        for step in path {
            let step = serde_json::from_value(step).unwrap();
            project = ops::take_step(app, &caller, project.id, &step).unwrap().value;
        }
        project
    }
}

/// The step that closes a project.
pub fn closing() -> Value {
    json!({
        "to": "closed",
        "closed_on": "2026-06-30",
        "outputs": [
            { "kind": "patent", "count": 2, "note": "发明专利" },
            { "kind": "output_value", "amount": 300.5 }
        ],
        "satisfaction_need": 5,
        "satisfaction_provider": 4
    })
}

/// All fields, as a client would send them.
pub fn project_fields(firm: &Organization, provider: &Organization) -> Value {
    json!({
        "title": "压铸件气孔率联合攻关",
        "programme": "university_town",
        "channel": "mixed",
        "activity_kind": "joint_research",
        "town_codes": ["442000105"],
        "parties": [
            { "org_id": firm.id, "role": "need" },
            { "org_id": provider.id, "role": "provider" },
            { "name": "外地检测站", "role": "partner" }
        ],
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "milestones": [
            { "title": "样件", "due_on": "2026-04-01" },
            { "title": "中试", "due_on": "2099-10-01" }
        ],
        "funds": [
            { "source": "town", "planned": 10.0001 },
            { "source": "enterprise", "planned": 20.0002, "paid": 0.0001 }
        ],
    })
}
