-- Since when an endpoint has not been reached.
ALTER TABLE endpoints ADD COLUMN failing_since TEXT;
