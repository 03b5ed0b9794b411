-- Contents of files, each once, by its SHA-256. In the database, so that a file is committed with the
-- record that it belongs to, seen by every node and in every backup: see decision 0013.
CREATE TABLE file_contents (
  sha256 TEXT PRIMARY KEY NOT NULL,
  size BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  created_at TEXT NOT NULL
);

-- Files of records of any kind. A row stays when its file is removed; the content goes with the last
-- row that refers to it and is not removed.
CREATE TABLE attachments (
  id TEXT PRIMARY KEY NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  created_by TEXT,
  created_at TEXT NOT NULL,
  removed_by TEXT,
  removed_at TEXT
);
CREATE INDEX attachments_record ON attachments (record_kind, record_id);
CREATE INDEX attachments_content ON attachments (sha256) WHERE removed_at IS NULL;
