-- What people have asked to be told of: a saved search, or the matches of a record.
CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL CHECK (kind IN ('search', 'matches')),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  record_kind TEXT,
  record_id TEXT,
  threshold TEXT CHECK (threshold IN ('weak', 'fair', 'strong')),
  frequency TEXT NOT NULL CHECK (frequency IN ('at_once', 'daily', 'weekly')),
  active BOOLEAN NOT NULL,
  since_change BIGINT NOT NULL,
  off_secret TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((kind = 'matches') = (record_id IS NOT NULL))
);
CREATE INDEX subscriptions_person ON subscriptions (user_id, id);
CREATE UNIQUE INDEX subscriptions_off ON subscriptions (off_secret);

-- What has been found for a subscription, and when its person was told: of records that say the same
-- the first one alone, and each once.
CREATE TABLE subscription_finds (
  subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  grade TEXT,
  found_at TEXT NOT NULL,
  told_at TEXT,
  PRIMARY KEY (subscription_id, record_id)
);
CREATE UNIQUE INDEX subscription_finds_group ON subscription_finds (subscription_id, group_id);
CREATE INDEX subscription_finds_waiting ON subscription_finds (subscription_id, found_at)
  WHERE told_at IS NULL;

-- How far readers of the change log have come that work for all nodes together.
CREATE TABLE feed_positions (
  name TEXT PRIMARY KEY NOT NULL,
  seq BIGINT NOT NULL
);
INSERT INTO feed_positions (name, seq) SELECT 'subscriptions', COALESCE(MAX(seq), 0) FROM change_log;
INSERT INTO feed_positions (name, seq) SELECT 'suggestions', COALESCE(MAX(seq), 0) FROM change_log;

-- Who wants nothing recommended to them as a person.
CREATE TABLE recommendation_optouts (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
  created_at TEXT NOT NULL
);

-- Pairs that the service suggests. What a side, or the broker, has dismissed is kept, so that it is
-- not suggested to them again. The score is in thousandths.
CREATE TABLE suggestions (
  id TEXT PRIMARY KEY NOT NULL,
  need_id TEXT NOT NULL,
  capability_id TEXT NOT NULL,
  need_org_id TEXT NOT NULL,
  provider_org_id TEXT NOT NULL,
  region_code TEXT NOT NULL,
  score INTEGER NOT NULL,
  grade TEXT NOT NULL,
  threshold INTEGER NOT NULL,
  ranking TEXT NOT NULL,
  dictionary TEXT NOT NULL,
  holds BOOLEAN NOT NULL,
  need_dismissed TEXT,
  provider_dismissed TEXT,
  broker_dismissed TEXT,
  case_id TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE UNIQUE INDEX suggestions_pair ON suggestions (need_id, capability_id);
CREATE INDEX suggestions_capability ON suggestions (capability_id);
CREATE INDEX suggestions_need_org ON suggestions (need_org_id);
CREATE INDEX suggestions_provider_org ON suggestions (provider_org_id);
CREATE INDEX suggestions_region ON suggestions (region_code);

-- Where who gets a mail of a list can have it stopped.
ALTER TABLE outbox_mails ADD COLUMN unsubscribe_url TEXT;
