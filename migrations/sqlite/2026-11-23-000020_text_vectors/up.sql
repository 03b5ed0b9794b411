-- What a model server has made of texts, kept for all nodes. A model here is the name of one together
-- with what its vectors depend on: another name, another length of text or another tier is another
-- model, whose vectors grow beside those of the one that serves.
CREATE TABLE embedding_models (
  name TEXT PRIMARY KEY NOT NULL,
  recipe TEXT NOT NULL,
  dimensions INTEGER NOT NULL,
  -- Number of the last change whose texts have been put into the queue.
  position BIGINT NOT NULL,
  -- The vectors of fixed texts: they tell whether a server still answers with this model, and what
  -- nearness means to it.
  yardstick BLOB,
  serving_at TEXT,
  created_at TEXT NOT NULL
);

-- The queue and its result: a row without a vector waits.
CREATE TABLE text_vectors (
  id TEXT PRIMARY KEY NOT NULL,
  model TEXT NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  tier INTEGER NOT NULL,
  text_hash TEXT NOT NULL,
  -- 32-bit floating point numbers, little end first.
  vector BLOB,
  attempts INTEGER NOT NULL,
  next_attempt_at TEXT NOT NULL,
  last_error TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (model, record_id, tier)
);
CREATE INDEX text_vectors_record ON text_vectors (record_id);
CREATE INDEX text_vectors_due ON text_vectors (model, next_attempt_at) WHERE vector IS NULL;
