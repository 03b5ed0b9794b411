-- Reports add facts up by day and region: without the rows themselves where the index has both. How the
-- sides of a case met first, the number of a meeting within its case, and the project that carries a
-- case are asked for case by case.
DROP INDEX needs_published;
CREATE INDEX needs_published ON needs (published_at, region_code, id);
DROP INDEX cases_created;
CREATE INDEX cases_created ON cases (created_at, region_code, id);
DROP INDEX cases_closed;
CREATE INDEX cases_closed ON cases (closed_at, stage, region_code, id);
DROP INDEX case_entries_reached;
CREATE INDEX case_entries_reached
  ON case_entries (to_stage, created_at, case_id, id, from_stage, channel);
CREATE INDEX case_entries_stage ON case_entries (case_id, to_stage, id, from_stage, channel);
DROP INDEX projects_case;
CREATE INDEX projects_case
  ON projects (case_id, created_at, id, status, programme, channel, activity_kind);

-- The cockpit weighs open cases and needs without one, those first that have waited longest.
CREATE INDEX cases_waiting ON cases (closed_at, stage_since, id, region_code);
CREATE INDEX cases_open ON cases (closed_at, known_to_sides, need_id);
CREATE INDEX cases_of_need ON cases (need_id, closed_at);
CREATE INDEX needs_seeking
  ON needs (status, published_at, id, region_code, created_at, budget_min, budget_max);
