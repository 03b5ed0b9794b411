//! The web front: what browsers get to see.

mod admin;
mod calendar;
mod capability_forms;
mod cases;
mod contracts;
mod dashboard;
mod doctor;
mod drafts;
mod errors;
mod finding;
mod forms;
mod imports;
mod links;
mod lost_forms;
mod matches;
mod people;
mod projects;
mod public_facts;
mod records;
mod reviews;
mod sessions;
