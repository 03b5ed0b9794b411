CREATE TABLE organizations (
  id UUID PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  uscc TEXT NOT NULL UNIQUE,
  org_type TEXT NOT NULL,
  town_code TEXT,
  region_code TEXT NOT NULL,
  industry_code TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'verified', 'rejected', 'suspended')),
  doc JSONB NOT NULL,
  source TEXT NOT NULL,
  source_ref TEXT,
  created_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  UNIQUE (source, source_ref)
);
CREATE INDEX organizations_page ON organizations (created_at, id);
CREATE INDEX organizations_region ON organizations (region_code);

CREATE TABLE towns (
  code TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  city_code TEXT NOT NULL,
  county_code TEXT NOT NULL,
  region_group TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('province', 'city')),
  status TEXT NOT NULL CHECK (status IN ('active', 'warning', 'rectifying', 'removed')),
  doc JSONB NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE users (
  id UUID PRIMARY KEY NOT NULL,
  login_mail TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT,
  language TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
  mail_verified_at TIMESTAMPTZ,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE role_grants (
  id UUID PRIMARY KEY NOT NULL,
  user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  org_id UUID REFERENCES organizations (id) ON DELETE CASCADE,
  region_code TEXT,
  granted_by UUID,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX role_grants_user ON role_grants (user_id);
CREATE INDEX role_grants_org ON role_grants (org_id);
CREATE INDEX role_grants_region ON role_grants (region_code);

CREATE TABLE sessions (
  id UUID PRIMARY KEY NOT NULL,
  user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address TEXT,
  user_agent TEXT,
  last_used_at TIMESTAMPTZ NOT NULL,
  revoked_at TIMESTAMPTZ,
  revoked_reason TEXT,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
  id UUID PRIMARY KEY NOT NULL,
  session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE one_time_tokens (
  id UUID PRIMARY KEY NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('verify_mail', 'reset_password', 'invitation')),
  user_id UUID REFERENCES users (id) ON DELETE CASCADE,
  org_id UUID REFERENCES organizations (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  doc JSONB NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ,
  created_by UUID,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX one_time_tokens_org ON one_time_tokens (org_id);

CREATE TABLE signing_keys (
  id UUID PRIMARY KEY NOT NULL,
  secret TEXT NOT NULL,
  retired_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE needs (
  id UUID PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  org_id UUID NOT NULL REFERENCES organizations (id),
  town_code TEXT,
  region_code TEXT NOT NULL,
  title TEXT NOT NULL,
  need_kind TEXT NOT NULL,
  industry_code TEXT,
  tech_field TEXT,
  status TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'published', 'matching', 'negotiating', 'contracted', 'in_progress', 'solved', 'suspended', 'expired', 'withdrawn', 'unsolved', 'long_term')),
  confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'members', 'broker', 'matched', 'nda')),
  doc JSONB NOT NULL,
  budget_min BIGINT,
  budget_max BIGINT,
  deadline DATE,
  valid_until DATE,
  published_at TIMESTAMPTZ,
  broker_id UUID REFERENCES users (id),
  duplicate_of UUID REFERENCES needs (id),
  source TEXT NOT NULL,
  source_ref TEXT,
  last_verified_at TIMESTAMPTZ,
  created_by UUID,
  updated_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  UNIQUE (source, source_ref)
);
CREATE INDEX needs_page ON needs (updated_at, id);
CREATE INDEX needs_org ON needs (org_id, updated_at);
CREATE INDEX needs_region ON needs (region_code, status);
CREATE INDEX needs_expiry ON needs (status, valid_until);

CREATE TABLE capabilities (
  id UUID PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  org_id UUID NOT NULL REFERENCES organizations (id),
  region_code TEXT NOT NULL,
  title TEXT NOT NULL,
  asset_kind TEXT NOT NULL,
  tech_field TEXT,
  status TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'published', 'suspended', 'expired', 'withdrawn')),
  confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'members', 'broker', 'matched', 'nda')),
  consent_scope TEXT NOT NULL CHECK (consent_scope IN ('public', 'members', 'none')),
  doc JSONB NOT NULL,
  min_budget BIGINT,
  valid_until DATE,
  published_at TIMESTAMPTZ,
  duplicate_of UUID REFERENCES capabilities (id),
  source TEXT NOT NULL,
  source_ref TEXT,
  last_verified_at TIMESTAMPTZ,
  created_by UUID,
  updated_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  UNIQUE (source, source_ref)
);
CREATE INDEX capabilities_page ON capabilities (updated_at, id);
CREATE INDEX capabilities_org ON capabilities (org_id, updated_at);
CREATE INDEX capabilities_consent ON capabilities (org_id, consent_scope);
CREATE INDEX capabilities_region ON capabilities (region_code, status);
CREATE INDEX capabilities_expiry ON capabilities (status, valid_until);

CREATE TABLE record_versions (
  id UUID PRIMARY KEY NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL,
  doc JSONB NOT NULL,
  saved_by UUID,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (record_kind, record_id, version)
);

CREATE TABLE record_steps (
  id UUID PRIMARY KEY NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  from_status TEXT,
  to_status TEXT NOT NULL,
  actor_id UUID,
  comment TEXT,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX record_steps_record ON record_steps (record_kind, record_id, created_at);

CREATE TABLE disclosure_grants (
  id UUID PRIMARY KEY NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  org_id UUID NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  level TEXT NOT NULL CHECK (level IN ('matched', 'nda')),
  note TEXT,
  granted_by UUID,
  revoked_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX disclosure_grants_record ON disclosure_grants (record_kind, record_id);
CREATE INDEX disclosure_grants_org ON disclosure_grants (org_id);

CREATE TABLE idempotency_keys (
  user_id UUID NOT NULL,
  idempotency_key TEXT NOT NULL,
  operation TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  attempt_id UUID NOT NULL,
  record_kind TEXT,
  record_id TEXT,
  change BIGINT,
  status INTEGER,
  body TEXT,
  headers JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE outbox_mails (
  id UUID PRIMARY KEY NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
  attempts INTEGER NOT NULL,
  next_attempt_at TIMESTAMPTZ NOT NULL,
  last_error TEXT,
  sent_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX outbox_mails_due ON outbox_mails (state, next_attempt_at);

CREATE TABLE change_log (
  seq BIGSERIAL PRIMARY KEY NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE audit_log (
  seq BIGINT PRIMARY KEY NOT NULL,
  actor_id UUID,
  action TEXT NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  address TEXT,
  request_id TEXT,
  changes TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX audit_log_record ON audit_log (record_kind, record_id);

CREATE TABLE instance_facts (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);

-- The audit log is append-only: the database itself refuses to change or remove an entry.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
-- Prefix searches on region codes need byte order.
CREATE INDEX needs_region_prefix ON needs (region_code text_pattern_ops);
CREATE INDEX capabilities_region_prefix ON capabilities (region_code text_pattern_ops);
