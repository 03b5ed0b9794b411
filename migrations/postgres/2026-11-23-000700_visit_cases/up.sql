-- The case that a visit was made for.
ALTER TABLE visits ADD COLUMN case_id UUID;
CREATE INDEX visits_case ON visits (case_id);
