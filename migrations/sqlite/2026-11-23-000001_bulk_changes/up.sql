-- Many records written at once, as by an import, must not keep what people write one by one from
-- being found.
ALTER TABLE change_log ADD COLUMN bulk BOOLEAN NOT NULL DEFAULT 0;
CREATE INDEX change_log_single ON change_log (seq) WHERE bulk = 0;
