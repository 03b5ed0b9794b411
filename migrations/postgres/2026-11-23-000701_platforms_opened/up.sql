-- Reports count platforms by the day on which they were opened.
CREATE INDEX platforms_opened ON platforms (opened_on, town_code, id);
