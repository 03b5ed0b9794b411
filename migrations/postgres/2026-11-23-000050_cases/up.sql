-- 对接: a need and a capability that somebody brings together, and what was done about it.
CREATE TABLE cases (
  id UUID PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  need_id UUID NOT NULL REFERENCES needs (id),
  capability_id UUID NOT NULL REFERENCES capabilities (id),
  need_org_id UUID NOT NULL REFERENCES organizations (id),
  provider_org_id UUID NOT NULL REFERENCES organizations (id),
  region_code TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('suggestion', 'liaison', 'need', 'provider')),
  stage TEXT NOT NULL CHECK (stage IN ('suggested', 'reviewed', 'need_interested', 'provider_interested', 'mutual', 'introduced', 'met', 'nda', 'proposal', 'assessed', 'negotiating', 'agreed', 'signed', 'registered', 'delivering', 'accepted', 'closed_won', 'closed_lost', 'on_hold')),
  held_stage TEXT,
  known_to_sides BOOLEAN NOT NULL,
  need_answer TEXT NOT NULL CHECK (need_answer IN ('open', 'accepted', 'declined')),
  provider_answer TEXT NOT NULL CHECK (provider_answer IN ('open', 'accepted', 'declined')),
  lost_reason TEXT,
  lost_side TEXT CHECK (lost_side IN ('need', 'provider', 'broker')),
  liaison_id UUID REFERENCES users (id),
  next_action TEXT,
  due_on DATE,
  stage_since TIMESTAMPTZ NOT NULL,
  contacted_at TIMESTAMPTZ,
  closed_at TIMESTAMPTZ,
  created_by UUID,
  updated_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
-- One open case a pair; one that was lost may be tried again.
CREATE UNIQUE INDEX cases_open_pair ON cases (need_id, capability_id) WHERE closed_at IS NULL;
CREATE INDEX cases_capability ON cases (capability_id);
CREATE INDEX cases_need_org ON cases (need_org_id);
CREATE INDEX cases_provider_org ON cases (provider_org_id);
CREATE INDEX cases_region ON cases (region_code, closed_at);
CREATE INDEX cases_liaison ON cases (liaison_id, closed_at);

CREATE TABLE case_entries (
  id UUID PRIMARY KEY NOT NULL,
  case_id UUID NOT NULL REFERENCES cases (id),
  from_stage TEXT,
  to_stage TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('need', 'provider', 'broker')),
  actor_id UUID,
  channel TEXT CHECK (channel IN ('online', 'offline')),
  note TEXT,
  shared BOOLEAN NOT NULL,
  next_action TEXT,
  due_on DATE,
  lost_reason TEXT,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX case_entries_case ON case_entries (case_id, id);

-- What a case has opened is closed with it.
ALTER TABLE disclosure_grants ADD COLUMN case_id UUID;
