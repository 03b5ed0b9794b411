-- Registrations that wait for their mail address to be shown: organisation and account are made only
-- then, so that neither an answer nor a later clash tells whether an address has an account.
CREATE TABLE registrations (
  id UUID PRIMARY KEY NOT NULL,
  mail TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  doc JSONB NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX registrations_mail ON registrations (mail);
CREATE INDEX registrations_end ON registrations (expires_at);
