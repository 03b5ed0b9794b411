-- Joint research bodies and co-built platforms of towns, opened and closed by date.
CREATE TABLE platforms (
  id TEXT PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  town_code TEXT NOT NULL,
  kind TEXT NOT NULL,
  level TEXT NOT NULL,
  name TEXT NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE,
  doc TEXT NOT NULL,
  created_by TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX platforms_town ON platforms (town_code, kind);
CREATE INDEX platforms_recent ON platforms (created_at, id);

-- Firms that they house, so that each is counted once.
CREATE TABLE platform_firms (
  platform_id TEXT NOT NULL REFERENCES platforms (id),
  firm_key TEXT NOT NULL,
  entered_on DATE NOT NULL,
  left_on DATE,
  PRIMARY KEY (platform_id, firm_key, entered_on)
);
