DROP TABLE renewal_pings;
