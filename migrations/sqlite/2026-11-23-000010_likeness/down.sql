DROP INDEX capabilities_duplicates;
DROP INDEX needs_duplicates;
DROP TABLE likeness_keys;
