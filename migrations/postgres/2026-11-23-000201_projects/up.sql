-- Projects, and beside their document the organisations that take part and the towns that they count
-- for: who may know of one is asked in a query.
CREATE TABLE projects (
  id UUID PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  title TEXT NOT NULL,
  programme TEXT NOT NULL,
  channel TEXT NOT NULL,
  activity_kind TEXT NOT NULL,
  case_id UUID,
  funds_planned BIGINT NOT NULL,
  funds_paid BIGINT NOT NULL,
  starts_on DATE,
  next_milestone_on DATE,
  closed_on DATE,
  doc JSONB NOT NULL,
  created_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX projects_created ON projects (created_at, id);
CREATE INDEX projects_case ON projects (case_id);
CREATE INDEX projects_next_milestone ON projects (next_milestone_on);

CREATE TABLE project_parties (
  project_id UUID NOT NULL REFERENCES projects (id),
  org_id UUID NOT NULL REFERENCES organizations (id),
  PRIMARY KEY (project_id, org_id)
);
CREATE INDEX project_parties_org ON project_parties (org_id);

CREATE TABLE project_towns (
  project_id UUID NOT NULL REFERENCES projects (id),
  region_code TEXT NOT NULL,
  PRIMARY KEY (project_id, region_code)
);
CREATE INDEX project_towns_region ON project_towns (region_code);
