-- The case that a visit was made for.
ALTER TABLE visits ADD COLUMN case_id TEXT;
CREATE INDEX visits_case ON visits (case_id);
