-- What the job that removes what has had its time has done: class of data, how much, from before when.
CREATE TABLE retention_runs (
  id UUID PRIMARY KEY NOT NULL,
  class TEXT NOT NULL,
  before TIMESTAMPTZ NOT NULL,
  removed BIGINT NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  finished_at TIMESTAMPTZ
);
CREATE INDEX retention_runs_class ON retention_runs (class, id);
