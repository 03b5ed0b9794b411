-- Further links of a registration that waits, sent when somebody asks for the link again: none of them
-- takes away one that was sent before.
CREATE TABLE registration_links (
  token_hash TEXT PRIMARY KEY NOT NULL,
  registration_id TEXT NOT NULL REFERENCES registrations (id) ON DELETE CASCADE
);
CREATE INDEX registration_links_registration ON registration_links (registration_id);
