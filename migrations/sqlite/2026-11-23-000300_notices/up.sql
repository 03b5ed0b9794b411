-- What a person is told in the inbox, and whether it still waits for the daily mail.
CREATE TABLE notices (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  record_kind TEXT,
  record_id TEXT,
  data TEXT NOT NULL,
  once_key TEXT,
  mail TEXT NOT NULL CHECK (mail IN ('none', 'waiting', 'done')),
  read_at TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX notices_inbox ON notices (user_id, id);
CREATE INDEX notices_unread ON notices (user_id) WHERE read_at IS NULL;
CREATE INDEX notices_waiting ON notices (created_at) WHERE mail = 'waiting';
CREATE INDEX notices_age ON notices (created_at);
-- What is to be told once is told once, whichever node does it; without a key each one counts.
CREATE UNIQUE INDEX notices_once ON notices (once_key, user_id);

-- What a person wants by mail; who has no row has the usual.
CREATE TABLE notice_settings (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
  doc TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
