-- With the used token itself this seed yields the token it was exchanged for. A browser that sends
-- several requests at once so gets the same answer from every node.
ALTER TABLE refresh_tokens ADD COLUMN successor_seed TEXT;
