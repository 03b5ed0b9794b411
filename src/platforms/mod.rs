//! Joint research bodies and co-built platforms (协同创新平台, 新型研发机构, 孵化器 and the like), tied to
//! towns and opened and closed by date, and the coverage of towns by them. See `docs/platforms.md`.

pub mod api;
pub mod coverage;
pub mod model;
pub mod ops;
pub mod pages;
pub mod rules;
pub mod share;
pub mod store;
