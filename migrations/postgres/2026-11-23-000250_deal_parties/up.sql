-- Names of the parties, one a line: a list is narrowed to a party that is not on the platform, too.
ALTER TABLE contracts ADD COLUMN party_names TEXT NOT NULL DEFAULT '';
UPDATE contracts SET party_names =
  coalesce(doc #>> '{buyer,name}', '') || chr(10) || coalesce(doc #>> '{seller,name}', '');
ALTER TABLE projects ADD COLUMN party_names TEXT NOT NULL DEFAULT '';
UPDATE projects SET party_names = coalesce(
  (SELECT string_agg(party ->> 'name', chr(10))
   FROM jsonb_array_elements(coalesce(doc -> 'parties', '[]'::jsonb)) AS party), '');
