DROP INDEX audit_log_actor;
DROP TABLE consents;
ALTER TABLE users DROP COLUMN erased_at;
