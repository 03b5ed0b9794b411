//! Everything that is tested through the running service: one binary, one file an area.
//!
//! [`support`] starts the service on a free port with a database, an index and a clock of its
//! own; tests speak HTTP to it.

mod access;
mod accounts;
mod attachments;
mod audit;
mod browser;
mod capabilities;
mod cases;
mod channels;
mod cli;
mod contracts;
mod crash;
mod diagnosis;
mod disclosure;
mod doubles;
mod embeddings;
mod events;
mod evidence;
mod examples;
mod freshness;
mod grouping;
mod guide;
mod hiding;
mod idempotency;
mod import;
mod indexer;
mod layers;
mod likeness;
mod matching;
mod messages;
mod needs;
mod negotiation;
mod notices;
mod openapi;
mod organizations;
mod pages;
mod platforms;
mod privacy;
mod problems;
mod projects;
mod reference;
mod reports;
mod search;
mod service;
mod stores;
mod story;
mod subscriptions;
mod suggestions;
mod support;
mod texts;
mod towns;
mod turns;
mod unclaimed;
mod visits;
