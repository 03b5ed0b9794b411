ALTER TABLE deliveries DROP COLUMN said;
DROP TABLE message_templates;
