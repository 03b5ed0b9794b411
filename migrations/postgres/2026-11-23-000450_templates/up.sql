-- What administrators have put in place of the texts of messages: every save is a row, one of them
-- in force for each message and language. A save without texts takes the shipped ones again.
CREATE TABLE message_templates (
  id UUID PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  language TEXT NOT NULL,
  version INTEGER NOT NULL,
  in_force BOOLEAN NOT NULL,
  texts JSONB NOT NULL,
  shipped JSONB NOT NULL,
  saved_by UUID,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX message_templates_version ON message_templates (kind, language, version);
CREATE INDEX message_templates_in_force ON message_templates (in_force) WHERE in_force;

-- What a group is told, as it read when it was written; attempts repeat it.
ALTER TABLE deliveries ADD COLUMN said TEXT;
