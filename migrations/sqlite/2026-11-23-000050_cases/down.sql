ALTER TABLE disclosure_grants DROP COLUMN case_id;
