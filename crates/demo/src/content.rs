//! Where things are in the content folder that `scripts/setup` fills.

use crate::{DemoError, Song};
use std::path::{Path, PathBuf};

/// A file of the content folder, which must be there.
fn present(path: PathBuf) -> Result<PathBuf, DemoError> {
    if path.is_file() { Ok(path) } else { Err(DemoError::Missing { path }) }
}

/// A file that belongs to the dancers.
pub(crate) fn dancer_file(content: &Path, name: &str) -> Result<PathBuf, DemoError> {
    present(content.join("dancers").join(name))
}

/// The two parts of a song, to be played together: the band, and the guitar.
pub(crate) fn song_parts(content: &Path, song: Song) -> Result<[PathBuf; 2], DemoError> {
    let folder = content.join("songs").join(song.title());
    Ok([present(folder.join("song.ogg"))?, present(folder.join("guitar.ogg"))?])
}
