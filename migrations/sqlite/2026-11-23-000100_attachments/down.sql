DROP TABLE attachments;
DROP TABLE file_contents;
