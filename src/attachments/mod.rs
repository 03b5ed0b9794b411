//! Files kept with records of any kind: photos, agreements, certificates. Their content lies in the
//! database (decision 0013). A domain says who may see and change the files of its records
//! ([`attached::Attached`]) and gets the operations by one line in its `api.rs`:
//! `attachments::api::configure::<Visit>(…)`.

pub mod api;
pub mod attached;
pub mod file_type;
pub mod model;
pub mod naming;
pub mod ops;
pub mod pages;
pub mod store;
