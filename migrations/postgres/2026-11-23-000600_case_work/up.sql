-- Part of a record that a file came with: an entry in the timeline of a case.
ALTER TABLE attachments ADD COLUMN part_id TEXT;
-- What a liaison answers for, when it is counted or handed over.
CREATE INDEX needs_broker ON needs (broker_id, status);
-- Contracts that wait for their registration, the longest signed first.
CREATE INDEX contracts_unregistered ON contracts (status, signed_on);
