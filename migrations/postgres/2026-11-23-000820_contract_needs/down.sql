DROP INDEX contracts_need;
