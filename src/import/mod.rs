//! Reading records from files, and writing them to files.
