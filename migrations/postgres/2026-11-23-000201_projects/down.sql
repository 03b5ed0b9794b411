DROP TABLE project_towns;
DROP TABLE project_parties;
DROP TABLE projects;
