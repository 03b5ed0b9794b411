-- Since when something waits to be told for a subscription, and when its person was told last: what is due
-- is read off the subscriptions, and not out of all that waits.
ALTER TABLE subscriptions ADD COLUMN waiting_since TEXT;
ALTER TABLE subscriptions ADD COLUMN told_at TEXT;
UPDATE subscriptions SET
  waiting_since = (SELECT MIN(found_at) FROM subscription_finds
    WHERE subscription_id = subscriptions.id AND told_at IS NULL),
  told_at = (SELECT MAX(told_at) FROM subscription_finds WHERE subscription_id = subscriptions.id);
CREATE INDEX subscriptions_waiting ON subscriptions (frequency, waiting_since)
  WHERE waiting_since IS NOT NULL;

-- Of records that say the same each is kept: the first may be gone when it is time to tell.
DROP INDEX subscription_finds_group;
CREATE INDEX subscription_finds_group ON subscription_finds (subscription_id, group_id);
-- What has been told for long, and what was found of a record that is removed, goes.
CREATE INDEX subscription_finds_told ON subscription_finds (told_at) WHERE told_at IS NOT NULL;
CREATE INDEX subscription_finds_record ON subscription_finds (record_id);
