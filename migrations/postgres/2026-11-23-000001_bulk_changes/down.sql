DROP INDEX change_log_single;
ALTER TABLE change_log DROP COLUMN bulk;
