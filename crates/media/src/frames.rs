//! Small pictures out of videos: for movement analysis and for people.

use crate::files::{Attempt, absolute};
use crate::guard::INPUT_GUARD;
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError};
use eightcount_domain::FrameRate;
use std::ffi::OsString;
use std::path::Path;

/// Width of a thumbnail in pixels.
const THUMBNAIL_WIDTH: u32 = 320;

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
    /// Gives every picture of a mezzanine, in order, as `width * height` grey levels (row by row, 0 black to 255
    /// white), to `consume` with its index from 0.
    pub async fn gray_frames(
        &self,
        path: &Path,
        (width, height): (u32, u32),
        watch: &mut Watch<'_>,
        consume: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<u64, MediaError> {
        let mut count = 0;
        let mut counting = |index, picture: &[u8]| {
            count = index + 1;
            consume(index, picture);
        };
        self.gray_run(path, (width, height), "v:0", None, watch, &mut counting).await?;
        if count == 0 {
            return Err(MediaError::WrongOutput {
                doing: "reading pictures",
                what: "no pictures".to_owned(),
            });
        }
        Ok(count)
    }

    /// The first `most` pictures of one stream of a file from outside.
    pub(crate) async fn gray_pieces(
        &self,
        path: &Path,
        size: (u32, u32),
        stream: u32,
        most: Option<u64>,
        consume: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<(), MediaError> {
        self.gray_run(path, size, &stream.to_string(), most, &mut Watch::nobody(), consume).await
    }

    async fn gray_run(
        &self,
        path: &Path,
        (width, height): (u32, u32),
        stream: &str,
        most: Option<u64>,
        watch: &mut Watch<'_>,
        consume: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<(), MediaError> {
        let path = absolute(path)?;
        let mut arguments: Vec<OsString> = ["-hide_banner", "-nostdin", "-stats"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-an", "-sn", "-dn", "-i"].map(Into::into));
        arguments.push(path.clone().into());
        arguments.extend(["-map".into(), format!("0:{stream}").into()]);
        arguments.extend(["-vf".into(), format!("scale={width}:{height}:flags=area,format=gray").into()]);
        arguments
            .extend(most.map(|most| ["-frames:v".into(), most.to_string().into()]).into_iter().flatten());
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
        let size = (width * height) as usize;
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

    /// Some pictures of a mezzanine, one after the other: red, green and blue of a byte each, rows from the top. Fewer
    /// than asked for where it ends.
    pub async fn colour_frames(
        &self,
        path: &Path,
        frames: ColourFrames,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<u8>, MediaError> {
        let path = absolute(path)?;
        let ColourFrames { size: (width, height), rate, first, every, most } = frames;
        // Half a picture early: every picture is a key frame, so the seek is exact.
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

    /// Writes the picture at a time (seconds) of a mezzanine or take as a JPEG 320 pixels wide.
    pub async fn thumbnail(&self, path: &Path, at_s: f64, out: &Path) -> Result<(), MediaError> {
        let (path, attempt) = (absolute(path)?, Attempt::at(out)?);
        let mut arguments: Vec<OsString> = ["-hide_banner", "-nostdin", "-y"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend([
            "-ss".into(),
            format!("{:.6}", at_s.max(0.0)).into(),
            "-i".into(),
            path.clone().into(),
        ]);
        arguments.extend(["-map", "0:v:0", "-frames:v", "1", "-vf"].map(Into::into));
        arguments.push(format!("scale={THUMBNAIL_WIDTH}:-2:flags=area").into());
        arguments.extend(["-c:v", "mjpeg", "-q:v", "4", "-f", "image2", "-update", "1"].map(Into::into));
        arguments.push(attempt.path().into());
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing: "making a thumbnail",
            arguments,
            files: access(&[&path], &[attempt.path()]),
            wall: self.limits.tool_wall,
        };
        self.run(run, Output::None, &mut Watch::nobody()).await?;
        let jpeg = std::fs::read(attempt.path()).map_err(MediaError::file("reading", attempt.path()))?;
        if !jpeg.starts_with(&[0xff, 0xd8]) || jpeg.len() < 200 {
            let what = format!("no picture at {at_s:.3} s");
            return Err(MediaError::WrongOutput { doing: "making a thumbnail", what });
        }
        attempt.keep()
    }
}
