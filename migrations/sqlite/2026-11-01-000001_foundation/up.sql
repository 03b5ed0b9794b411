CREATE TABLE organizations (
  id TEXT PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  uscc TEXT NOT NULL UNIQUE,
  org_type TEXT NOT NULL,
  town_code TEXT,
  region_code TEXT NOT NULL,
  industry_code TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'verified', 'rejected', 'suspended')),
  doc TEXT NOT NULL,
  source TEXT NOT NULL,
  source_ref TEXT,
  created_by TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
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
  doc TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE users (
  id TEXT PRIMARY KEY NOT NULL,
  login_mail TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT,
  language TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
  mail_verified_at TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE role_grants (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  org_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
  region_code TEXT,
  granted_by TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX role_grants_user ON role_grants (user_id);
CREATE INDEX role_grants_org ON role_grants (org_id);
CREATE INDEX role_grants_region ON role_grants (region_code);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address TEXT,
  user_agent TEXT,
  last_used_at TEXT NOT NULL,
  revoked_at TEXT,
  revoked_reason TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
  id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  expires_at TEXT NOT NULL,
  used_at TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE one_time_tokens (
  id TEXT PRIMARY KEY NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('verify_mail', 'reset_password', 'invitation')),
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  org_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  doc TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT,
  created_by TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX one_time_tokens_org ON one_time_tokens (org_id);

CREATE TABLE signing_keys (
  id TEXT PRIMARY KEY NOT NULL,
  secret TEXT NOT NULL,
  retired_at TEXT,
  created_at TEXT NOT NULL
);

CREATE TABLE needs (
  id TEXT PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL REFERENCES organizations (id),
  town_code TEXT,
  region_code TEXT NOT NULL,
  title TEXT NOT NULL,
  need_kind TEXT NOT NULL,
  industry_code TEXT,
  tech_field TEXT,
  status TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'published', 'matching', 'negotiating', 'contracted', 'in_progress', 'solved', 'suspended', 'expired', 'withdrawn', 'unsolved', 'long_term')),
  confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'members', 'broker', 'matched', 'nda')),
  doc TEXT NOT NULL,
  budget_min BIGINT,
  budget_max BIGINT,
  deadline DATE,
  valid_until DATE,
  published_at TEXT,
  broker_id TEXT REFERENCES users (id),
  duplicate_of TEXT REFERENCES needs (id),
  source TEXT NOT NULL,
  source_ref TEXT,
  last_verified_at TEXT,
  created_by TEXT,
  updated_by TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (source, source_ref)
);
CREATE INDEX needs_page ON needs (updated_at, id);
CREATE INDEX needs_org ON needs (org_id, updated_at);
CREATE INDEX needs_region ON needs (region_code, status);
CREATE INDEX needs_expiry ON needs (status, valid_until);

CREATE TABLE capabilities (
  id TEXT PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL REFERENCES organizations (id),
  region_code TEXT NOT NULL,
  title TEXT NOT NULL,
  asset_kind TEXT NOT NULL,
  tech_field TEXT,
  status TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'published', 'suspended', 'expired', 'withdrawn')),
  confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'members', 'broker', 'matched', 'nda')),
  consent_scope TEXT NOT NULL CHECK (consent_scope IN ('public', 'members', 'none')),
  doc TEXT NOT NULL,
  min_budget BIGINT,
  valid_until DATE,
  published_at TEXT,
  duplicate_of TEXT REFERENCES capabilities (id),
  source TEXT NOT NULL,
  source_ref TEXT,
  last_verified_at TEXT,
  created_by TEXT,
  updated_by TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (source, source_ref)
);
CREATE INDEX capabilities_page ON capabilities (updated_at, id);
CREATE INDEX capabilities_org ON capabilities (org_id, updated_at);
CREATE INDEX capabilities_consent ON capabilities (org_id, consent_scope);
CREATE INDEX capabilities_region ON capabilities (region_code, status);
CREATE INDEX capabilities_expiry ON capabilities (status, valid_until);

CREATE TABLE record_versions (
  id TEXT PRIMARY KEY NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL,
  doc TEXT NOT NULL,
  saved_by TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (record_kind, record_id, version)
);

CREATE TABLE record_steps (
  id TEXT PRIMARY KEY NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  from_status TEXT,
  to_status TEXT NOT NULL,
  actor_id TEXT,
  comment TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX record_steps_record ON record_steps (record_kind, record_id, created_at);

CREATE TABLE disclosure_grants (
  id TEXT PRIMARY KEY NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  level TEXT NOT NULL CHECK (level IN ('matched', 'nda')),
  note TEXT,
  granted_by TEXT,
  revoked_at TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX disclosure_grants_record ON disclosure_grants (record_kind, record_id);
CREATE INDEX disclosure_grants_org ON disclosure_grants (org_id);

CREATE TABLE idempotency_keys (
  user_id TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  operation TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  attempt_id TEXT NOT NULL,
  record_kind TEXT,
  record_id TEXT,
  change INTEGER,
  status INTEGER,
  body TEXT,
  headers TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE outbox_mails (
  id TEXT PRIMARY KEY NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
  attempts INTEGER NOT NULL,
  next_attempt_at TEXT NOT NULL,
  last_error TEXT,
  sent_at TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX outbox_mails_due ON outbox_mails (state, next_attempt_at);

CREATE TABLE change_log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  created_at TEXT NOT NULL
);

CREATE TABLE audit_log (
  seq BIGINT PRIMARY KEY NOT NULL,
  actor_id TEXT,
  action TEXT NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  address TEXT,
  request_id TEXT,
  changes TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX audit_log_record ON audit_log (record_kind, record_id);

CREATE TABLE instance_facts (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL,
  created_at TEXT NOT NULL
);

-- The audit log is append-only: the database itself refuses to change or remove an entry.
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
