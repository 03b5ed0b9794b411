-- Keys by which records whose wording is much alike are found: two such records share at least one.
-- "tier" is the clearance that the wording behind the key needs (0 everybody … 3 owner, reviewers).
CREATE TABLE likeness_keys (
  likeness_key INTEGER NOT NULL,
  record_id TEXT NOT NULL,
  tier INTEGER NOT NULL,
  PRIMARY KEY (likeness_key, record_id)
) WITHOUT ROWID;
CREATE INDEX needs_duplicates ON needs (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX capabilities_duplicates ON capabilities (duplicate_of) WHERE duplicate_of IS NOT NULL;
