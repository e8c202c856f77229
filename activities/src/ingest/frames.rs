//! Looking at every frame in small twice: for shots and the camera, then for the subject. The film is decoded once; the
//! frames wait for the second look in a scratch file (22 kB a frame).

use crate::failure::Failure;
use eightcount_choreo::watch::{Frame, Scout, Survey, Watched, Watcher};
use eightcount_domain::FrameRate;
use eightcount_media::Glimpse;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;
use tokio::sync::mpsc;

/// What every frame shows. Each is passed on to `then` when it was looked at; `then` is dropped before the second look.
pub(super) fn watch(
    mut shown: mpsc::Receiver<Glimpse>,
    rate: FrameRate,
    file: &Path,
    mut then: impl FnMut(u64, Glimpse),
) -> Result<Watched, Failure> {
    let mut kept = BufWriter::new(File::create(file)?);
    let (mut scout, mut size, mut index) = (Scout::new(rate), (0, 0), 0);
    while let Some(glimpse) = shown.blocking_recv() {
        size = glimpse.quarter_dimensions();
        let planes = glimpse.quarter();
        scout.push(&Frame::new(size.0, size.1, &planes)?)?;
        kept.write_all(&planes)?;
        then(index, glimpse);
        index += 1;
    }
    drop(then);
    kept.flush()?;
    watched(scout.finish()?, size, file)
}

/// The second look.
fn watched(survey: Survey, (width, height): (usize, usize), file: &Path) -> Result<Watched, Failure> {
    let mut kept = BufReader::new(File::open(file)?);
    let mut planes = vec![0; width * height + 2 * (width / 2) * (height / 2)];
    let mut watcher = Watcher::new(survey);
    loop {
        match kept.read_exact(&mut planes) {
            Ok(()) => watcher.push(&Frame::new(width, height, &planes)?)?,
            Err(end) if end.kind() == ErrorKind::UnexpectedEof => return Ok(watcher.finish()),
            Err(fault) => return Err(fault.into()),
        }
    }
}
