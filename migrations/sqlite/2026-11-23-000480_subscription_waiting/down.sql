DROP INDEX subscription_finds_record;
DROP INDEX subscription_finds_told;
DROP INDEX subscription_finds_group;
DELETE FROM subscription_finds WHERE EXISTS (SELECT 1 FROM subscription_finds AS other
  WHERE other.subscription_id = subscription_finds.subscription_id
    AND other.group_id = subscription_finds.group_id
    AND other.record_id < subscription_finds.record_id);
CREATE UNIQUE INDEX subscription_finds_group ON subscription_finds (subscription_id, group_id);
DROP INDEX subscriptions_waiting;
ALTER TABLE subscriptions DROP COLUMN told_at;
ALTER TABLE subscriptions DROP COLUMN waiting_since;
