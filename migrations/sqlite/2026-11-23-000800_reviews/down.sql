DROP INDEX organizations_status;
