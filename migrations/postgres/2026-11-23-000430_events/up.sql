-- 对接会, 路演 and the like: who is invited and comes, and which pairs meet when at which table.
CREATE TABLE events (
  id UUID PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  town_code TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('planned', 'open', 'closed', 'held', 'cancelled')),
  starts_at TIMESTAMPTZ NOT NULL,
  ends_at TIMESTAMPTZ NOT NULL,
  public BOOLEAN NOT NULL,
  -- When registration was first opened: from then on others than the organisers know of it.
  opened_at TIMESTAMPTZ,
  doc JSONB NOT NULL,
  created_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX events_starts ON events (starts_at, id);
CREATE INDEX events_town ON events (town_code, starts_at);

CREATE TABLE event_guests (
  id UUID PRIMARY KEY NOT NULL,
  event_id UUID NOT NULL REFERENCES events (id),
  org_id UUID REFERENCES organizations (id),
  -- Of an organisation that is not registered and came all the same.
  org_name TEXT,
  origin TEXT NOT NULL CHECK (origin IN ('match', 'liaison', 'own', 'walk_in')),
  answer TEXT NOT NULL CHECK (answer IN ('open', 'accepted', 'declined')),
  reason TEXT,
  answered_by UUID,
  answered_at TIMESTAMPTZ,
  attended_at TIMESTAMPTZ,
  created_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX event_guests_once ON event_guests (event_id, org_id);
CREATE INDEX event_guests_org ON event_guests (org_id);

CREATE TABLE event_meetings (
  id UUID PRIMARY KEY NOT NULL,
  event_id UUID NOT NULL REFERENCES events (id),
  need_id UUID NOT NULL REFERENCES needs (id),
  capability_id UUID NOT NULL REFERENCES capabilities (id),
  need_guest_id UUID NOT NULL REFERENCES event_guests (id),
  provider_guest_id UUID NOT NULL REFERENCES event_guests (id),
  -- Score of the match in thousandths, and its reasons for the organisers.
  score INTEGER NOT NULL,
  why TEXT NOT NULL,
  slot INTEGER,
  table_number INTEGER,
  result TEXT,
  note TEXT,
  case_id UUID REFERENCES cases (id),
  created_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  CHECK ((slot IS NULL) = (table_number IS NULL))
);
CREATE UNIQUE INDEX event_meetings_pair ON event_meetings (event_id, need_id, capability_id);
-- No table is given twice at a time.
CREATE UNIQUE INDEX event_meetings_table ON event_meetings (event_id, slot, table_number);

-- Who sits in which slot: nobody in two places at a time.
CREATE TABLE event_seats (
  event_id UUID NOT NULL REFERENCES events (id),
  slot INTEGER NOT NULL,
  guest_id UUID NOT NULL REFERENCES event_guests (id),
  meeting_id UUID NOT NULL REFERENCES event_meetings (id),
  PRIMARY KEY (event_id, slot, guest_id)
);
CREATE INDEX event_seats_meeting ON event_seats (meeting_id);
