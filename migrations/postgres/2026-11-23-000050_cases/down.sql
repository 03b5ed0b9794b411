ALTER TABLE disclosure_grants DROP COLUMN case_id;
DROP TABLE case_entries;
DROP TABLE cases;
