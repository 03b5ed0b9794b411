-- Every page tells reviewers how many organisations wait for them.
CREATE INDEX organizations_status ON organizations (status, updated_at, id, region_code);
