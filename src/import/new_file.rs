//! Files that come into being whole: they are written beside their place, and nothing that is there
//! already is overwritten.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Message, Result};

/// A file being written. Dropped before it is kept, it leaves nothing behind.
pub struct NewFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl NewFile {
    /// Begins a file of this name.
    ///
    /// # Errors
    /// When there is one of this name, or its folder cannot be written to.
    pub fn begin(path: &Path) -> Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
        let file = file.map_err(|error| unwritable(path, error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When it cannot be written, or another of its name has come meanwhile.
    pub fn keep(self) -> Result<()> {
        let Self { path, file } = self;
        file.as_file().sync_all().map_err(|error| unwritable(&path, error))?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(exists(&path))
            }
            Err(error) => Err(unwritable(&path, error.error)),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn exists(path: &Path) -> Error {
    Error::BadRequest(Message::new("import.file_exists").with("file", path.display()))
}

fn unwritable(path: &Path, reason: std::io::Error) -> Error {
    let message = Message::new("import.unwritable_file").with("file", path.display());
    Error::BadRequest(message.with("reason", reason))
}
