//! Screening uploads: what may become a song or a performance.

use crate::decode::PCM_RATE_HZ;
use crate::files::absolute;
use crate::guard::INPUT_GUARD;
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError, Probe, Refusal, VideoFacts};
use eightcount_domain::FailureCode;
use std::ffi::OsString;
use std::path::Path;

/// A song that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct SongFacts {
    /// Length of what decoded, in seconds.
    pub duration_s: f64,
    /// Samples that decoded, at 44.1 kHz.
    pub samples: u64,
    /// What the file says.
    pub probe: Probe,
}

/// A performance that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct PerformanceFacts {
    /// From the first picture to the end of the last, in seconds, by the pictures' own times.
    pub duration_s: f64,
    /// Pictures in the file.
    pub pictures: u64,
    /// What the file says of its video.
    pub video: VideoFacts,
    /// What the file says.
    pub probe: Probe,
}

impl Media {
    /// Accepts a file as a song, or says why not. The audio is decoded once from start to end: what a file says
    /// of its length is not believed.
    pub async fn screen_song(&self, path: &Path) -> Result<SongFacts, MediaError> {
        let probe = self.probe(path).await?;
        let limits = &self.limits;
        let audio = probe.audio.as_ref().ok_or_else(|| Refusal::plain(FailureCode::NoAudioStream))?;
        if !(4_000..=768_000).contains(&audio.rate_hz) {
            return Err(Refusal::plain(FailureCode::DamagedMedia).into());
        }
        let samples = self.count_pcm(path).await?;
        let duration_s = samples as f64 / f64::from(PCM_RATE_HZ);
        complete(duration_s, audio.duration_s, &probe)?;
        within(duration_s, limits.song_min_s, limits.song_max_s)?;
        Ok(SongFacts { duration_s, samples, probe })
    }

    /// Accepts a file as a performance, with sound or without, or says why not. The times of all pictures are read, and some pictures
    /// decoded; the ingest decodes the rest and checks again.
    pub async fn screen_performance(&self, path: &Path) -> Result<PerformanceFacts, MediaError> {
        let probe = self.probe(path).await?;
        let limits = &self.limits;
        let video = probe.video.clone().ok_or_else(|| Refusal::plain(FailureCode::NoVideoStream))?;
        self.check_picture(&video)?;
        let (span, decoded) = tokio::join!(self.picture_times(path, &video), self.decodes(path, &video));
        let span = span?;
        complete(span.seconds(), video.duration_s, &probe)?;
        within(span.seconds(), limits.performance_min_s, limits.performance_max_s)?;
        let rate = span.pictures as f64 / span.seconds();
        if rate < limits.video_min_fps {
            return Err(
                Refusal::over(FailureCode::DamagedMedia, format!("{} fps", limits.video_min_fps)).into()
            );
        }
        if rate > limits.video_max_fps {
            return Err(
                Refusal::over(FailureCode::TooComplex, format!("{} fps", limits.video_max_fps)).into()
            );
        }
        decoded?;
        Ok(PerformanceFacts { duration_s: span.seconds(), pictures: span.pictures, video, probe })
    }

    fn check_picture(&self, video: &VideoFacts) -> Result<(), Refusal> {
        let limits = &self.limits;
        let pixels = u64::from(video.width) * u64::from(video.height);
        if pixels > limits.picture_max_pixels {
            return Err(Refusal::over(
                FailureCode::TooComplex,
                format!("{} pixels", limits.picture_max_pixels),
            ));
        }
        let (short, long) = (video.width.min(video.height), video.width.max(video.height));
        if short < limits.picture_min_side {
            let limit = format!("at least {} pixels a side", limits.picture_min_side);
            return Err(Refusal::over(FailureCode::TooComplex, limit));
        }
        if f64::from(long) > f64::from(short) * limits.picture_max_aspect {
            return Err(Refusal::over(
                FailureCode::TooComplex,
                format!("shape {}:1", limits.picture_max_aspect),
            ));
        }
        Ok(())
    }

    /// Reads the time of every picture.
    async fn picture_times(&self, path: &Path, video: &VideoFacts) -> Result<Span, MediaError> {
        let path = absolute(path)?;
        let mut arguments: Vec<OsString> = ["-v", "warning", "-select_streams"].map(Into::into).into();
        arguments.push(video.index.to_string().into());
        arguments
            .extend(["-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0"].map(Into::into));
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-i".into(), path.clone().into()]);
        let run = Run {
            tool: &self.tools.ffprobe,
            doing: "reading the times of pictures",
            arguments,
            files: access(&[&path], &[]),
            wall: self.limits.tool_wall,
        };
        let mut times = Times { line: Vec::new(), span: Span::default(), most: self.most_pictures() };
        let status = self
            .run_to_status(run, Output::Pieces(&mut |bytes| times.take(bytes)), &mut Watch::nobody())
            .await?;
        if !status.success() || times.span.pictures == 0 {
            return Err(Refusal::plain(FailureCode::DamagedMedia).into());
        }
        Ok(times.span)
    }

    fn most_pictures(&self) -> u64 {
        (self.limits.performance_max_s * self.limits.video_max_fps) as u64
    }

    /// Decodes the first seconds of a video.
    async fn decodes(&self, path: &Path, video: &VideoFacts) -> Result<(), MediaError> {
        let mut decoded = 0_u64;
        let mut count = |_, _: &[u8]| decoded += 1;
        match self.gray_pieces(path, (32, 32), video.index, 30, &mut count).await {
            Err(MediaError::Tool { .. }) => Err(Refusal::plain(FailureCode::DamagedMedia).into()),
            Err(other) => Err(other),
            Ok(()) if decoded == 0 => Err(Refusal::plain(FailureCode::DamagedMedia).into()),
            Ok(()) => Ok(()),
        }
    }
}

/// Finds files that were cut off: those of formats that say how long they are before they say anything else.
/// The word of the others (a stream of MP3 frames, a WAV made by a recorder) is a guess and proves nothing.
fn complete(seconds: f64, claimed_s: Option<f64>, probe: &Probe) -> Result<(), Refusal> {
    const MISSING: f64 = 0.2;
    let exact = probe.format.starts_with("mov") || probe.format.starts_with("matroska");
    match claimed_s.or(probe.duration_s) {
        Some(claimed) if exact && seconds < claimed * (1.0 - MISSING) => {
            Err(Refusal::plain(FailureCode::DamagedMedia))
        }
        _ => Ok(()),
    }
}

fn within(seconds: f64, least: f64, most: f64) -> Result<(), Refusal> {
    if seconds < least {
        Err(Refusal::over(FailureCode::TooShort, format!("at least {least} s")))
    } else if seconds > most {
        Err(Refusal::over(FailureCode::TooLong, format!("at most {most} s")))
    } else {
        Ok(())
    }
}

/// From when to when there are pictures, and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Span {
    start_s: Option<f64>,
    end_s: f64,
    pictures: u64,
}

impl Span {
    fn seconds(&self) -> f64 {
        (self.end_s - self.start_s.unwrap_or(0.0)).max(1.0e-6)
    }
}

/// Reads lines of `time,duration`.
struct Times {
    line: Vec<u8>,
    span: Span,
    most: u64,
}

impl Times {
    fn take(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        for byte in bytes {
            match byte {
                b'\n' => {
                    self.picture();
                    self.line.clear();
                }
                _ if self.line.len() < 100 => self.line.push(*byte),
                _ => {}
            }
        }
        if self.span.pictures > self.most {
            return Err(Refusal::over(FailureCode::TooLong, format!("{} pictures", self.most)).into());
        }
        Ok(())
    }

    fn picture(&mut self) {
        let line = String::from_utf8_lossy(&self.line);
        let mut fields =
            line.split(',').map(|field| field.trim().parse::<f64>().ok().filter(|n| n.is_finite()));
        if let Some(time) = fields.next().flatten() {
            let length = fields.next().flatten().unwrap_or(0.0).clamp(0.0, 1.0);
            self.span.pictures += 1;
            self.span.start_s = Some(self.span.start_s.map_or(time, |start| start.min(time)));
            self.span.end_s = self.span.end_s.max(time + length);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_read_in_any_order_and_split() {
        let mut times = Times { line: Vec::new(), span: Span::default(), most: 10 };
        for piece in ["1.0,0.5\n2.0,", "0.5\n1.5,0.5\nN/A,N/A\n", "2.5,N/A\n"] {
            times.take(piece.as_bytes()).unwrap();
        }
        assert_eq!(times.span, Span { start_s: Some(1.0), end_s: 2.5, pictures: 4 });
        assert!(times.take("1,1\n".repeat(20).as_bytes()).is_err());
    }
}
