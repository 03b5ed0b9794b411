-- When the people of a record's owner were last asked whether it is still open.
CREATE TABLE renewal_pings (
  record_id TEXT PRIMARY KEY NOT NULL,
  asked_at TEXT NOT NULL
);
