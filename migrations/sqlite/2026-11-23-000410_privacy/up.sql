-- When the person was taken out of an account. The row stays for what refers to it.
ALTER TABLE users ADD COLUMN erased_at TEXT;

-- What people have agreed to and taken back, with the version of the text; rows are only added.
CREATE TABLE consents (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  record_id TEXT,
  version TEXT NOT NULL,
  given BOOLEAN NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX consents_user ON consents (user_id, id);
CREATE INDEX consents_record ON consents (record_id) WHERE record_id IS NOT NULL;

-- For who asks what the log holds of a person.
CREATE INDEX audit_log_actor ON audit_log (actor_id, seq);
