//! MP4 files put together by their sample tables: joined, laid over a part of a sound, and sent in fragments.
//!
//! Takes are written by one encoder with one set of parameters, so nothing here decodes, encodes or demuxes: tables
//! are read and written, and the samples' bytes are named by where they lie. The answer is an [`Assembly`]: bytes of
//! its own and ranges of the inputs, to be copied into a file or sent as they are. The boxes are those of
//! ISO/IEC 14496-12; section numbers in the code are its.
//!
//! Invariant: no byte of a sample is changed, so what is shown is what was rendered.

mod fragment;
mod join;
mod read;
mod write;

pub use fragment::{codec, fragment, init};
pub use join::join;
pub use read::Track;

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// A file that cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum Mp4Error {
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

/// A piece of a file that is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Bytes of its own.
    Own(Vec<u8>),
    /// Bytes of an input.
    Of {
        /// Which, from 0, in the order in which they were given.
        input: usize,
        /// Which of its bytes.
        bytes: Range<u64>,
    },
}

impl Piece {
    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Own(bytes) => bytes.len() as u64,
            Self::Of { bytes, .. } => bytes.end - bytes.start,
        }
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A file that is put together of others: its pieces, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    /// Its pieces.
    pub pieces: Vec<Piece>,
}

impl Assembly {
    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies it to where it is wanted.
    pub fn write(&self, inputs: &mut [File], out: impl Write) -> Result<(), Mp4Error> {
        let mut out = BufWriter::with_capacity(1 << 18, out);
        for piece in &self.pieces {
            match piece {
                Piece::Own(bytes) => out.write_all(bytes)?,
                Piece::Of { input, bytes } => {
                    let from = inputs.get_mut(*input).ok_or(Mp4Error::Foreign("an input is missing"))?;
                    from.seek(SeekFrom::Start(bytes.start))?;
                    let wanted = bytes.end - bytes.start;
                    if io::copy(&mut from.take(wanted), &mut out)? != wanted {
                        return Err(Mp4Error::Foreign("it ends too early"));
                    }
                }
            }
        }
        out.into_inner().map_err(io::IntoInnerError::into_error)?.flush()?;
        Ok(())
    }
}
