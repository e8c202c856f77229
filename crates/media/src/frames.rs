//! Small pictures out of videos: for movement analysis and for people.

use crate::files::absolute;
use crate::guard::INPUT_GUARD;
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError};
use eightcount_domain::FrameRate;
use std::ffi::OsString;
use std::path::Path;

/// Which pictures to read in colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColourFrames {
    /// Their width and height in pixels.
    pub size: (u32, u32),
    /// Rate of the mezzanine.
    pub rate: FrameRate,
    /// The first.
    pub first: u64,
    /// From which on every how many, 1 and up.
    pub every: u64,
    /// How many at most.
    pub most: u64,
}

impl Media {
    /// Gives every picture of a mezzanine, in order, to `consume` with its index from 0, in full range and row by row:
    /// brightness (`width * height` bytes, both even), then blue and red differences at half the width and height.
    pub async fn small_frames(
        &self,
        path: &Path,
        (width, height): (u32, u32),
        watch: &mut Watch<'_>,
        consume: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<u64, MediaError> {
        let small = format!("scale={width}:{height}:flags=area:out_range=full,format=yuv420p");
        let pictures = vec!["-map".into(), "0:v:0".into(), "-vf".into(), small.into()];
        let bytes = (width * height * 3 / 2) as usize;
        let mut count = 0;
        let mut counting = |index, picture: &[u8]| {
            count = index + 1;
            consume(index, picture);
        };
        self.pieces(path, bytes, pictures, watch, &mut counting).await?;
        if count == 0 {
            return Err(MediaError::WrongOutput {
                doing: "reading pictures",
                what: "no pictures".to_owned(),
            });
        }
        Ok(count)
    }

    /// The first `most` pictures of one stream of a file from outside, as grey levels.
    pub(crate) async fn gray_pieces(
        &self,
        path: &Path,
        (width, height): (u32, u32),
        stream: u32,
        most: u64,
        consume: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<(), MediaError> {
        let mut pictures: Vec<OsString> = vec!["-map".into(), format!("0:{stream}").into(), "-vf".into()];
        let gray = format!("scale={width}:{height}:flags=area,format=gray");
        pictures.extend([gray.into(), "-frames:v".into(), most.to_string().into()]);
        self.pieces(path, (width * height) as usize, pictures, &mut Watch::nobody(), consume).await
    }

    /// Runs a decoder that writes pictures of so many bytes.
    async fn pieces(
        &self,
        path: &Path,
        size: usize,
        pictures: Vec<OsString>,
        watch: &mut Watch<'_>,
        consume: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<(), MediaError> {
        let path = absolute(path)?;
        let mut arguments: Vec<OsString> =
            ["-hide_banner", "-nostdin", "-y", "-stats"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-an", "-sn", "-dn", "-i"].map(Into::into));
        arguments.push(path.clone().into());
        arguments.extend(pictures);
        arguments.extend(["-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"].map(Into::into));
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing: "reading pictures",
            arguments,
            files: access(&[&path], &[]),
            wall: self
                .limits
                .tool_wall
                .max(std::time::Duration::from_secs_f64(self.limits.performance_max_s)),
        };
        let (mut picture, mut index) = (Vec::with_capacity(size), 0);
        let mut take = |mut bytes: &[u8]| {
            while !bytes.is_empty() {
                let (part, rest) = bytes.split_at(bytes.len().min(size - picture.len()));
                picture.extend_from_slice(part);
                bytes = rest;
                if picture.len() == size {
                    consume(index, &picture);
                    index += 1;
                    picture.clear();
                }
            }
            Ok(())
        };
        self.run(run, Output::Pieces(&mut take), watch).await
    }

    /// Some pictures of a file of ours, one after the other: red, green and blue of a byte each, rows from the top. Fewer
    /// than asked for where it ends.
    pub async fn colour_frames(
        &self,
        path: &Path,
        frames: ColourFrames,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<u8>, MediaError> {
        let path = absolute(path)?;
        let ColourFrames { size: (width, height), rate, first, every, most } = frames;
        // Half a picture early: what is decoded on the way there is left out, and rounding can lose nothing.
        let start = ((first as f64 - 0.5) / f64::from(rate.get())).max(0.0);
        let mut arguments: Vec<OsString> = ["-hide_banner", "-nostdin", "-stats"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-an", "-sn", "-dn", "-ss"].map(Into::into));
        arguments.extend([format!("{start:.6}").into(), "-i".into(), path.clone().into()]);
        arguments.extend(["-map".into(), "0:v:0".into(), "-vf".into()]);
        let every = format!("select=not(mod(n\\,{every}))");
        arguments.push(format!("{every},scale={width}:{height}:flags=area,format=rgb24").into());
        arguments.extend(["-frames:v".into(), most.to_string().into()]);
        arguments.extend(["-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"].map(Into::into));
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing: "reading pictures",
            arguments,
            files: access(&[&path], &[]),
            wall: self.limits.tool_wall,
        };
        let size = u64::from(width) * u64::from(height) * 3;
        let largest = (size * most) as usize;
        let mut pictures = Vec::with_capacity(largest);
        let mut take = |bytes: &[u8]| {
            let room = largest - pictures.len();
            pictures.extend_from_slice(&bytes[..bytes.len().min(room)]);
            Ok(())
        };
        self.run(run, Output::Pieces(&mut take), watch).await?;
        pictures.truncate(pictures.len() - pictures.len() % size as usize);
        Ok(pictures)
    }
}
