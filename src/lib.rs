//! Townbridge (镇桥): matches technical needs of firms in specialised towns with capabilities of
//! universities and institutes, and keeps the record of what becomes of them.
//!
//! # Map
//! - [`app`] turns settings into a running service; [`cli`] holds the commands.
//! - One folder a domain: [`accounts`], [`organizations`], [`towns`], [`needs`],
//!   [`capabilities`], [`contracts`], [`projects`], [`matching`], [`diagnosis`], [`search`], [`audit`],
//!   [`mod@reference`].
//!   Inside, `model` has types and rules without I/O, `store` the queries, `ops` the use cases,
//!   `api` and `pages` the two thin fronts.
//! - [`visits`] is the liaison's log of visits to firms; [`attachments`] keeps files with records.
//! - [`notices`] tells people what has happened: the inbox, and mail as each of them wants it.
//! - [`channels`] tells group robots and webhooks; [`messages`] holds the texts of all that is sent.
//! - [`admin`] is for those who run the platform.
//! - [`reviews`] is the queue of reviewers, [`calendar`] the month of everybody; [`ical`] writes it for others.
//! - [`retention`] removes what is personal when its period has ended.
//! - [`suggestions`] keeps pairs that are good matches, for liaisons and sides to take up.
//! - [`subscriptions`] finds what is new for saved searches and for the matches of a record.
//! - [`disclosure`] decides who sees which field; [`records`] traces every change.
//! - [`db`] is the truth; [`jobs`] feeds what is derived from it; [`outbound`] sends mail;
//!   [`embeddings`] has vectors made by a model server.
//! - [`benchmark`] measures a throw-away instance, [`evaluation`] the quality of the match.
//! - [`kept`] holds what was typed into forms and not sent yet.
//! - [`idempotency`] makes a repeated write happen once; [`reading`] turns JSON into types.
//! - [`http`] holds what both fronts share: errors, extractors, middleware.
//!
//! Arrows point one way: `api`/`pages` → `ops` → `store` → `db`. A folder may call another
//! folder's `ops` or `model`, never its `store`.
#![warn(missing_docs)]
#![recursion_limit = "256"]

rust_i18n::i18n!("locales", fallback = "zh-CN");

pub mod accounts;
pub mod admin;
pub mod app;
pub mod attachments;
pub mod audit;
pub mod benchmark;
pub mod calendar;
pub mod capabilities;
pub mod cases;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contracts;
pub mod db;
pub mod demo;
pub mod diagnosis;
pub mod disclosure;
pub mod embeddings;
pub mod error;
pub mod evaluation;
pub mod events;
pub mod http;
pub mod ical;
pub mod idempotency;
pub mod import;
pub mod jobs;
pub mod kept;
pub mod matching;
pub mod messages;
pub mod money;
pub mod needs;
pub mod notices;
pub mod organizations;
pub mod outbound;
pub mod platforms;
pub mod projects;
pub mod public_facts;
pub mod reading;
pub mod records;
pub mod reference;
pub mod reports;
pub mod retention;
pub mod reviews;
pub mod search;
pub mod subscriptions;
pub mod suggestions;
pub mod towns;
pub mod turns;
pub mod validation;
pub mod visits;
