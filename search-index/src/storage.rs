//! Directories of the index.
//!
//! ```text
//! index/
//!   LOCK         held by the one process that writes
//!   CURRENT      name of the generation that is live, replaced by a rename
//!   generation-7/    files of the engine and the fingerprint they were built with
//! ```
//!
//! A generation is written to the end before `CURRENT` names it, and only then is the old one
//! removed. Whatever moment the power fails at, `CURRENT` names a whole index.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tantivy::Index;

use crate::error::{Error, Result};
use crate::live::Live;
use crate::schema;

const CURRENT: &str = "CURRENT";
const LOCK: &str = "LOCK";
const FINGERPRINT: &str = "fingerprint";
const PREFIX: &str = "generation-";

/// The directory that holds the generations.
pub(crate) struct Storage {
    root: PathBuf,
    /// Held while the handle lives; none when reading only.
    _lock: Option<File>,
}

impl Storage {
    /// Opens the directory, for writing if `writable`.
    pub fn open(root: &Path, writable: bool) -> Result<Storage> {
        let lock = if writable {
            fs::create_dir_all(root)?;
            let file =
                File::options().create(true).truncate(false).write(true).open(root.join(LOCK))?;
            match file.try_lock() {
                Ok(()) => Some(file),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Locked(root.display().to_string()));
                }
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        } else {
            None
        };
        Ok(Storage { root: root.to_owned(), _lock: lock })
    }

    /// Name of the live generation, if one was ever published.
    pub fn current(&self) -> Result<Option<String>> {
        match fs::read_to_string(self.root.join(CURRENT)) {
            Ok(name) => Ok(Some(name.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // What is not even text is no name of a generation.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Some(String::new())),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the directory of a new generation.
    pub fn create(&self) -> Result<(Index, String)> {
        let last = self.generations()?.iter().filter_map(|name| number(name)).max().unwrap_or(0);
        let name = format!("{PREFIX}{}", last + 1);
        let path = self.root.join(&name);
        fs::create_dir(&path)?;
        let index = Index::create_in_dir(&path, schema::schema().0)?;
        let mut file = File::create(path.join(FINGERPRINT))?;
        file.write_all(schema::fingerprint().as_bytes())?;
        file.sync_all()?;
        sync(&path)?;
        Ok((index, name))
    }

    /// Opens a generation.
    pub fn load(&self, name: &str) -> Result<Live> {
        if number(name).is_none() {
            return Err(Error::Damaged(format!(
                "{CURRENT} names {name:?}, which is no generation"
            )));
        }
        let path = self.root.join(name);
        let fingerprint = fs::read_to_string(path.join(FINGERPRINT))
            .map_err(|error| Error::Damaged(format!("the fingerprint is unreadable: {error}")))?;
        Live::new(Index::open_in_dir(&path)?, fingerprint, Some(name.to_owned()))
    }

    /// Makes a finished generation the live one.
    pub fn publish(&self, name: &str) -> Result<()> {
        sync(&self.root.join(name))?;
        let aside = self.root.join(format!("{CURRENT}.new"));
        let mut file = File::create(&aside)?;
        writeln!(file, "{name}")?;
        file.sync_all()?;
        fs::rename(&aside, self.root.join(CURRENT))?;
        sync(&self.root)?;
        Ok(())
    }

    /// Removes a generation.
    pub fn remove(&self, name: &str) -> Result<()> {
        Ok(fs::remove_dir_all(self.root.join(name))?)
    }

    /// Removes what unfinished rebuilds have left.
    pub fn clean(&self, keep: Option<&str>) -> Result<()> {
        for name in self.generations()? {
            if Some(name.as_str()) != keep {
                tracing::info!(generation = name, "removing a generation of the index not in use");
                self.remove(&name)?;
            }
        }
        Ok(())
    }

    fn generations(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let name = entry?.file_name();
            names.extend(name.to_str().filter(|name| number(name).is_some()).map(str::to_owned));
        }
        Ok(names)
    }
}

fn number(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX)?.parse().ok()
}

/// Makes the names in a directory durable.
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
