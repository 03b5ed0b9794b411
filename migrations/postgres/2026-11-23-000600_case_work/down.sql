DROP INDEX contracts_unregistered;
DROP INDEX needs_broker;
ALTER TABLE attachments DROP COLUMN part_id;
