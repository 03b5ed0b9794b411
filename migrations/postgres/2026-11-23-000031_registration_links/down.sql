DROP TABLE registration_links;
