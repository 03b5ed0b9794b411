DROP TABLE report_corrections;
DROP TABLE report_facts;
DROP TABLE report_locks;
DROP TABLE project_contracts;
DROP TABLE contract_payments;
