ALTER TABLE outbox_mails DROP COLUMN unsubscribe_url;
DROP TABLE suggestions;
DROP TABLE recommendation_optouts;
DROP TABLE feed_positions;
DROP TABLE subscription_finds;
DROP TABLE subscriptions;
