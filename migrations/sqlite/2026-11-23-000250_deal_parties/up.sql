-- Names of the parties, one a line: a list is narrowed to a party that is not on the platform, too.
ALTER TABLE contracts ADD COLUMN party_names TEXT NOT NULL DEFAULT '';
UPDATE contracts SET party_names =
  coalesce(json_extract(doc, '$.buyer.name'), '') || char(10)
  || coalesce(json_extract(doc, '$.seller.name'), '');
ALTER TABLE projects ADD COLUMN party_names TEXT NOT NULL DEFAULT '';
UPDATE projects SET party_names = coalesce(
  (SELECT group_concat(json_extract(party.value, '$.name'), char(10))
   FROM json_each(projects.doc, '$.parties') AS party), '');
