//! The running service under test, clients for every kind of caller, and builders of records.
#![allow(dead_code, unused_imports, reason = "an area uses the parts that it needs")]

mod app;
pub mod at_once;
mod browser;
pub mod capabilities;
mod client;
pub mod contracts;
pub mod files;
mod finding;
mod mail;
mod model_server;
pub mod needs;
mod organizations;
mod people;
pub mod projects;
mod receiver;
#[cfg(feature = "server-tests")]
mod schema;
mod smtp;

pub use app::TestApp;
pub use browser::Browser;
pub use capabilities::CapabilityBuilder;
pub use client::{Answer, Client};
pub use contracts::ContractBuilder;
pub use mail::token_in;
pub use model_server::{ModelManner, ModelServer};
pub use needs::NeedBuilder;
pub use organizations::{OrgBuilder, credit_code};
pub use people::{Account, CONSENT, PASSWORD};
pub use projects::ProjectBuilder;
pub use receiver::{Receiver, Reply, Taken};
#[cfg(feature = "server-tests")]
pub use schema::Schema;
pub use smtp::{Manner, SmtpServer};
