-- Where an organisation or the office of a region is told: group robots and webhooks.
CREATE TABLE endpoints (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('wecom', 'dingtalk', 'feishu', 'webhook')),
  name TEXT NOT NULL,
  org_id TEXT REFERENCES organizations (id),
  region_code TEXT,
  url TEXT NOT NULL,
  secret TEXT,
  old_secret TEXT,
  old_until TEXT,
  events TEXT NOT NULL,
  language TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  created_by TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((org_id IS NULL) <> (region_code IS NULL))
);
CREATE INDEX endpoints_org ON endpoints (org_id);
CREATE INDEX endpoints_region ON endpoints (region_code);

-- The outbox of endpoints. A message goes to an endpoint once.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY NOT NULL,
  endpoint_id TEXT NOT NULL REFERENCES endpoints (id),
  message_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  record_kind TEXT,
  record_id TEXT,
  data TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
  attempts INTEGER NOT NULL,
  attempted_at TEXT,
  next_attempt_at TEXT NOT NULL,
  last_error TEXT,
  sent_at TEXT,
  created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (endpoint_id, message_id);
CREATE INDEX deliveries_due ON deliveries (state, next_attempt_at);
CREATE INDEX deliveries_attempts ON deliveries (endpoint_id, attempted_at);
