DROP INDEX platforms_opened;
