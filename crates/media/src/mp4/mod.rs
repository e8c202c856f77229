//! Joining MP4 files by their sample tables.
//!
//! Takes are written by one encoder with one set of parameters, so a join needs no decoder and no demuxer: the
//! sample tables are appended, and the samples' bytes are copied in whole takes. The boxes are those of
//! ISO/IEC 14496-12; section numbers in the code are its.

mod read;
mod write;

use crate::MediaError;
use read::Track;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A file that cannot be joined.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Mp4Error {
    /// Reading or writing failed.
    #[error("reading or writing")]
    Io(#[from] io::Error),
    /// Not an MP4 file as our encoder writes it.
    #[error("not one of our MP4 files: {0}")]
    Foreign(&'static str),
    /// Written with other parameters than the first.
    #[error("part {part} was encoded differently from the first: {what}")]
    Different {
        /// Which part, from 0.
        part: usize,
        /// In what.
        what: &'static str,
    },
}

/// What a join is made of.
pub(crate) struct Join<'a> {
    /// The takes: video alone, in order.
    pub(crate) takes: &'a [&'a Path],
    /// The sound, if there is any.
    pub(crate) audio: Option<&'a Path>,
}

/// Writes the join to `out`, ready to play before it is loaded whole. The sound is laid in pieces after the takes
/// that it belongs to.
pub(crate) fn join(join: &Join<'_>, out: File) -> Result<(), MediaError> {
    write_join(join, out).map_err(|error| MediaError::WrongOutput {
        doing: "joining takes",
        what: match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    })
}

fn write_join(join: &Join<'_>, out: File) -> Result<(), Mp4Error> {
    let mut takes = join.takes.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?;
    let (_, first) = takes.first().ok_or(Mp4Error::Foreign("no takes"))?;
    for (part, (_, track)) in takes.iter().enumerate() {
        let same = [
            ("codec parameters", track.sample_entries == first.sample_entries),
            ("clock", track.timescale == first.timescale),
            ("frame length", track.frame_ticks() == first.frame_ticks() && track.frame_ticks().is_some()),
            ("reordering", track.media_start == first.media_start),
            ("size", track.size == first.size),
        ];
        if let Some((what, _)) = same.into_iter().find(|(_, same)| !same) {
            return Err(Mp4Error::Different { part, what });
        }
    }
    let mut audio = join.audio.map(open).transpose()?;
    let tracks: Vec<&Track> = takes.iter().map(|(_, track)| track).collect();
    let layout = write::layout(&tracks, audio.as_ref().map(|(_, track)| track))?;
    let mut out = BufWriter::with_capacity(1 << 18, out);
    out.write_all(&layout.head)?;
    let mut heard = 0;
    for (index, (file, track)) in takes.iter_mut().enumerate() {
        copy(file, track.data_start, track.bytes(), &mut out)?;
        if let Some((file, track)) = &mut audio {
            let bytes = layout.audio_bytes[index];
            copy(file, track.data_start + heard, bytes, &mut out)?;
            heard += bytes;
        }
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.flush()?;
    Ok(())
}

fn open(path: &Path) -> Result<(File, Track), Mp4Error> {
    let mut file = File::open(path)?;
    let track = Track::read(&mut file)?;
    Ok((file, track))
}

fn copy(from: &mut File, start: u64, bytes: u64, to: &mut impl Write) -> Result<(), Mp4Error> {
    from.seek(SeekFrom::Start(start))?;
    if io::copy(&mut from.take(bytes), to)? == bytes {
        Ok(())
    } else {
        Err(Mp4Error::Foreign("it ends too early"))
    }
}
