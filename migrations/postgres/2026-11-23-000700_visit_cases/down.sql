DROP INDEX visits_case;
ALTER TABLE visits DROP COLUMN case_id;
