//! Files that appear whole or not at all.

use crate::MediaError;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::NamedTempFile;

/// How the names of unfinished files begin.
const UNFINISHED: &str = ".unfinished-";

/// A file being written beside its destination under a name of this attempt's own. Dropped, it is gone.
pub(crate) struct Attempt {
    file: NamedTempFile,
    destination: PathBuf,
}

impl Attempt {
    /// For a destination whose folder exists.
    pub(crate) fn at(destination: &Path) -> Result<Self, MediaError> {
        let failed =
            |source| MediaError::File { doing: "preparing to write", path: destination.to_owned(), source };
        let destination = std::path::absolute(destination).map_err(failed)?;
        let folder = destination.parent().unwrap_or(Path::new("/"));
        // As open as the process's umask allows: temporary files are private by default, finished ones are not.
        let open = fs::Permissions::from_mode(0o666);
        let file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .permissions(open)
            .tempfile_in(folder)
            .map_err(failed)?;
        Ok(Self { file, destination })
    }

    /// Where to write meanwhile.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// A handle to it that writes even when the file has lost its name.
    pub(crate) fn reopen(&self) -> Result<fs::File, MediaError> {
        self.file.reopen().map_err(MediaError::file("preparing to write", &self.destination))
    }

    /// Gives the file its name, replacing an older one at once.
    pub(crate) fn keep(self) -> Result<(), MediaError> {
        let failed = MediaError::file("keeping", &self.destination);
        self.file.as_file().sync_all().map_err(failed)?;
        self.keep_unsynced()
    }

    /// The same for a file whose taker forces it to the disk: the blob store does, and once is enough.
    pub(crate) fn keep_unsynced(self) -> Result<(), MediaError> {
        let failed = MediaError::file("keeping", &self.destination);
        self.file.persist(&self.destination).map(drop).map_err(|error| failed(error.error))
    }
}

/// Removes what killed attempts left unfinished in a folder, if it was not written to for `idle`. Gives how many.
pub fn sweep_leftovers(folder: &Path, idle: Duration) -> Result<usize, MediaError> {
    let mut swept = 0;
    for entry in fs::read_dir(folder).map_err(MediaError::file("listing", folder))?.flatten() {
        let unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        let modified = entry.metadata().and_then(|facts| facts.modified());
        let age = modified.ok().and_then(|at| SystemTime::now().duration_since(at).ok()).unwrap_or_default();
        if unfinished && age >= idle && fs::remove_file(entry.path()).is_ok() {
            swept += 1;
        }
    }
    Ok(swept)
}

/// The absolute form of a path that a tool is given: one that cannot be read as an option or a protocol.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, MediaError> {
    std::path::absolute(path).map_err(MediaError::file("finding", path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_appears_only_when_kept() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("a.mp4");
        let dropped = Attempt::at(&destination).unwrap();
        fs::write(dropped.path(), b"half").unwrap();
        drop(dropped);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        for text in ["first", "second"] {
            let attempt = Attempt::at(&destination).unwrap();
            fs::write(attempt.path(), text).unwrap();
            attempt.keep().unwrap();
            assert_eq!(fs::read_to_string(&destination).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn leftovers_are_swept_and_others_left() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".unfinished-x"), b"").unwrap();
        fs::write(folder.path().join("take.mp4"), b"").unwrap();
        assert_eq!(sweep_leftovers(folder.path(), Duration::from_hours(1)).unwrap(), 0);
        assert_eq!(sweep_leftovers(folder.path(), Duration::ZERO).unwrap(), 1);
        assert!(folder.path().join("take.mp4").exists());
    }
}
