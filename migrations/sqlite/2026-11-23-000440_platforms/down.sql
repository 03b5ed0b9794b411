DROP TABLE platform_firms;
DROP TABLE platforms;
