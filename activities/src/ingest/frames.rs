//! Looking at every small grey frame twice: for shots and the camera, then for the subject. The video is decoded once;
//! the frames wait for the second look in a scratch file (14 kB a frame).

use crate::alive::Pulse;
use crate::desk::{Desk, compute};
use crate::failure::Failure;
use eightcount_choreo::watch::{GrayFrame, Scout, Survey, Watched, Watcher};
use eightcount_media::Watch;
use eightcount_workflows::contract::Conformed;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Longer side of the small grey frames in which the subject is looked for.
const SIDE_PX: u32 = 160;

/// What every frame of a mezzanine shows; writes its small copy on the way.
pub(super) async fn watch(
    desk: &Desk,
    conformed: &Conformed,
    small: &Path,
    pulse: &Pulse,
) -> Result<Watched, Failure> {
    let mezzanine = desk.storage.blobs.local(&conformed.mezzanine).await?;
    let size = small_size(conformed.width, conformed.height);
    let scratch = desk.scratch()?;
    let file = scratch.path().join("gray");
    let mut kept = BufWriter::new(File::create(&file)?);
    let mut scout = Scout::new(conformed.fps);
    let mut failed = None;
    let mut push = |_: u64, pixels: &[u8]| {
        if failed.is_none() {
            failed = scouted(&mut scout, size, pixels, &mut kept).err();
        }
    };
    // Where joints are looked for meanwhile, that tells how far the work is: it takes longer.
    let mut progress = if desk.pose_models.is_some() { Watch::nobody() } else { pulse.watch() };
    desk.media.small_frames(&mezzanine, size, conformed.fps, small, &mut progress, &mut push).await?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    kept.flush()?;
    let survey = scout.finish()?;
    compute(move || watched(survey, size, file)).await?
}

fn scouted(
    scout: &mut Scout,
    (width, height): (u32, u32),
    pixels: &[u8],
    kept: &mut impl Write,
) -> Result<(), Failure> {
    scout.push(&GrayFrame::new(width as usize, height as usize, pixels)?)?;
    Ok(kept.write_all(pixels)?)
}

/// The second look.
fn watched(survey: Survey, (width, height): (u32, u32), file: PathBuf) -> Result<Watched, Failure> {
    let mut kept = BufReader::new(File::open(file)?);
    let mut pixels = vec![0; (width * height) as usize];
    let mut watcher = Watcher::new(survey);
    loop {
        match kept.read_exact(&mut pixels) {
            Ok(()) => watcher.push(&GrayFrame::new(width as usize, height as usize, &pixels)?)?,
            Err(end) if end.kind() == ErrorKind::UnexpectedEof => return Ok(watcher.finish()),
            Err(fault) => return Err(fault.into()),
        }
    }
}

/// The longer side becomes [`SIDE_PX`]; the other keeps the aspect, even and never below the least size.
pub(crate) fn small_size(width: u32, height: u32) -> (u32, u32) {
    let (long, short) = (width.max(height), width.min(height));
    let other = (SIDE_PX * short / long.max(1) / 2 * 2).max(16);
    if width >= height { (SIDE_PX, other) } else { (other, SIDE_PX) }
}
