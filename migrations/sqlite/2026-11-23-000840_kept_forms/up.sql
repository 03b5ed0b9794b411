-- What was typed into forms that have not been followed: drafts of a person, and forms that came when
-- their session had ended, which belong to a browser.
CREATE TABLE kept_forms (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT REFERENCES users (id),
  browser TEXT,
  token TEXT,
  place TEXT NOT NULL,
  version INTEGER NOT NULL,
  doc TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
);
CREATE UNIQUE INDEX kept_forms_draft ON kept_forms (user_id, place);
CREATE INDEX kept_forms_browser ON kept_forms (browser);
CREATE INDEX kept_forms_end ON kept_forms (expires_at);
