//! Full-text search and suggestions over all kinds of records.
