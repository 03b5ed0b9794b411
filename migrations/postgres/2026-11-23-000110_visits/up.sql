-- Visits of liaisons to firms (走访记录).
CREATE TABLE visits (
  id UUID PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  town_code TEXT NOT NULL,
  org_id UUID REFERENCES organizations (id),
  visited_on DATE NOT NULL,
  doc JSONB NOT NULL,
  -- The need that was made of what was found.
  need_id UUID REFERENCES needs (id) ON DELETE SET NULL,
  created_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX visits_recent ON visits (visited_on, id);
CREATE INDEX visits_town ON visits (town_code, visited_on);
CREATE INDEX visits_org ON visits (org_id);
CREATE INDEX visits_need ON visits (need_id);
