-- What has been paid under contracts and which contracts a project carries, beside their documents:
-- reports ask for payments by day and for projects by contract.
CREATE TABLE contract_payments (
  contract_id UUID NOT NULL REFERENCES contracts (id),
  part INTEGER NOT NULL,
  paid_on DATE NOT NULL,
  paid BIGINT NOT NULL,
  PRIMARY KEY (contract_id, part)
);
CREATE INDEX contract_payments_paid ON contract_payments (paid_on);
INSERT INTO contract_payments (contract_id, part, paid_on, paid)
SELECT contracts.id, one.number, (one.value ->> 'paid_on')::DATE,
  ROUND((one.value ->> 'paid')::NUMERIC * 1000000)::BIGINT
FROM contracts, jsonb_array_elements(contracts.doc -> 'instalments') WITH ORDINALITY AS one (value, number)
WHERE one.value ->> 'paid_on' IS NOT NULL AND one.value ->> 'paid' IS NOT NULL;

CREATE TABLE project_contracts (
  project_id UUID NOT NULL REFERENCES projects (id),
  contract_id UUID NOT NULL,
  PRIMARY KEY (project_id, contract_id)
);
CREATE INDEX project_contracts_contract ON project_contracts (contract_id);
INSERT INTO project_contracts (project_id, contract_id)
SELECT DISTINCT projects.id, one.value::UUID
FROM projects, jsonb_array_elements_text(projects.doc -> 'contract_ids') AS one (value);

-- Periods of a region whose report stands, the facts that it was made of, and what has been corrected
-- since. A fact is as it was locked while entered_by is null, and as it is now while left_by is.
CREATE TABLE report_locks (
  id UUID PRIMARY KEY NOT NULL,
  region_code TEXT NOT NULL,
  period TEXT NOT NULL,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  note TEXT,
  facts INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  created_by UUID,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (region_code, period)
);
CREATE TABLE report_facts (
  id UUID PRIMARY KEY NOT NULL,
  lock_id UUID NOT NULL REFERENCES report_locks (id),
  kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  day DATE NOT NULL,
  region_code TEXT NOT NULL,
  programme TEXT NOT NULL,
  channel TEXT NOT NULL,
  activity_kind TEXT NOT NULL,
  amount BIGINT NOT NULL,
  of_which BIGINT NOT NULL,
  entered_by UUID,
  left_by UUID
);
CREATE INDEX report_facts_lock ON report_facts (lock_id);
CREATE INDEX report_facts_day ON report_facts (day);
CREATE INDEX report_facts_record ON report_facts (record_id);
CREATE UNIQUE INDEX report_facts_current ON report_facts (kind, record_id, part) WHERE left_by IS NULL;
CREATE TABLE report_corrections (
  id UUID PRIMARY KEY NOT NULL,
  lock_id UUID NOT NULL REFERENCES report_locks (id),
  kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created_by UUID,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX report_corrections_lock ON report_corrections (lock_id);

-- Reports ask for what happened in a period.
CREATE INDEX needs_published ON needs (published_at);
CREATE INDEX cases_created ON cases (created_at);
CREATE INDEX cases_closed ON cases (closed_at);
CREATE INDEX case_entries_reached ON case_entries (to_stage, created_at);
CREATE INDEX contracts_registered ON contracts (registered_on);
CREATE INDEX projects_starts ON projects (starts_on);
CREATE INDEX projects_closed ON projects (closed_on);
