ALTER TABLE projects DROP COLUMN party_names;
ALTER TABLE contracts DROP COLUMN party_names;
