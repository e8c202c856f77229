//! What a file says it holds.

use crate::files::absolute;
use crate::guard::{INPUT_GUARD, Sniff, sniff};
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError, Refusal};
use eightcount_domain::FailureCode;
use serde::Deserialize;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Longest description that is read, bytes.
const ANSWER_MAX: usize = 4 << 20;

/// How brightness is written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transfer {
    /// As on every screen.
    #[default]
    Standard,
    /// High dynamic range, perceptual quantiser (SMPTE ST 2084).
    Pq,
    /// High dynamic range, hybrid log-gamma (ARIB STD-B67).
    Hlg,
}

/// A video stream, as its file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoFacts {
    /// Index of the stream.
    pub index: u32,
    /// Codec, in ffmpeg's word.
    pub codec: String,
    /// Width in pixels as it should be shown: square pixels, upright.
    pub width: u32,
    /// Height in pixels as it should be shown.
    pub height: u32,
    /// How brightness is written down.
    pub transfer: Transfer,
    /// The file says by which matrix its colours are written down; else they are as usual for the picture's size.
    pub tells_matrix: bool,
    /// Each picture is two, woven together line by line.
    pub interlaced: bool,
    /// Pictures a second by the file's own word; none when it gives none.
    pub fps: Option<f64>,
    /// Length in seconds by the file's own word; none when it gives none.
    pub duration_s: Option<f64>,
}

/// An audio stream, as its file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioFacts {
    /// Index of the stream.
    pub index: u32,
    /// Codec, in ffmpeg's word.
    pub codec: String,
    /// Samples a second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: u32,
    /// Length in seconds by the file's own word; none when it gives none.
    pub duration_s: Option<f64>,
}

/// What a file says of itself: claims, not facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Format, in ffmpeg's word.
    pub format: String,
    /// Length in seconds, where the file gives one.
    pub duration_s: Option<f64>,
    /// Number of streams of any kind.
    pub streams: usize,
    /// The first video stream that is no cover picture.
    pub video: Option<VideoFacts>,
    /// The first audio stream.
    pub audio: Option<AudioFacts>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Format>,
}

#[derive(Deserialize)]
struct Format {
    format_name: String,
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    index: u32,
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    sample_aspect_ratio: Option<String>,
    avg_frame_rate: Option<String>,
    color_transfer: Option<String>,
    color_space: Option<String>,
    field_order: Option<String>,
    sample_rate: Option<String>,
    channels: Option<u32>,
    duration: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

impl Media {
    /// Asks ffprobe what a file from outside holds. Refuses what is empty, too large, a playlist, in no known
    /// format, or has too many streams.
    pub async fn probe(&self, path: &Path) -> Result<Probe, MediaError> {
        let path = absolute(path)?;
        let seen = self.look(&path)?;
        let mut arguments: Vec<OsString> =
            ["-v", "warning", "-of", "json", "-show_entries"].map(Into::into).into();
        arguments.push(
            "format=format_name,duration:stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,\
             avg_frame_rate,color_transfer,color_space,field_order,sample_rate,channels,duration:stream_disposition=attached_pic:stream_side_data=rotation"
                .into(),
        );
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-i".into(), path.clone().into()]);
        let run = Run {
            tool: &self.tools.ffprobe,
            doing: "reading what a file holds",
            arguments,
            files: access(&[&path], &[]),
            wall: self.limits.tool_wall,
        };
        let mut answer = Vec::new();
        let mut collect = |piece: &[u8]| {
            if answer.len() + piece.len() > ANSWER_MAX {
                return Err(Refusal::plain(FailureCode::TooComplex).into());
            }
            answer.extend_from_slice(piece);
            Ok(())
        };
        let status = self.run_to_status(run, Output::Pieces(&mut collect), &mut Watch::nobody()).await?;
        if !status.success() {
            return Err(Refusal::plain(seen.failure()).into());
        }
        let answer: Answer = serde_json::from_slice(&answer)
            .map_err(|source| MediaError::Answer { tool: self.tools.ffprobe.name, source })?;
        let probe = understand(&answer).ok_or_else(|| Refusal::plain(seen.failure()))?;
        if probe.streams > self.limits.streams_max {
            let limit = format!("{} streams", self.limits.streams_max);
            return Err(Refusal::over(FailureCode::TooComplex, limit).into());
        }
        Ok(probe)
    }

    /// Looks at a file's size and first bytes.
    fn look(&self, path: &Path) -> Result<Sniff, MediaError> {
        let failed = || MediaError::file("reading", path);
        let mut file = File::open(path).map_err(failed())?;
        let bytes = file.metadata().map_err(failed())?.len();
        if bytes == 0 {
            return Err(Refusal::plain(FailureCode::EmptyFile).into());
        }
        if bytes > self.limits.upload_max_bytes {
            let limit = format!("{} MiB", self.limits.upload_max_bytes >> 20);
            return Err(Refusal::over(FailureCode::TooLarge, limit).into());
        }
        let mut head = Vec::new();
        file.by_ref().take(1024).read_to_end(&mut head).map_err(failed())?;
        match sniff(&head) {
            Sniff::Playlist => Err(Refusal::plain(FailureCode::PlaylistRefused).into()),
            seen => Ok(seen),
        }
    }
}

fn understand(answer: &Answer) -> Option<Probe> {
    let format = answer.format.as_ref()?;
    Some(Probe {
        format: format.format_name.clone(),
        duration_s: seconds(format.duration.as_ref()),
        streams: answer.streams.len(),
        video: answer.streams.iter().find_map(video),
        audio: answer.streams.iter().find_map(audio),
    })
}

fn video(stream: &Stream) -> Option<VideoFacts> {
    if stream.codec_type.as_deref() != Some("video") || stream.disposition.attached_pic != 0 {
        return None;
    }
    let (width, height) = (stream.width.filter(|w| *w > 0)?, stream.height.filter(|h| *h > 0)?);
    // Shapes of single pixels beyond 4 to 1 are mistakes, not pictures.
    let pixel = stream
        .sample_aspect_ratio
        .as_deref()
        .and_then(|r| ratio(r, ':'))
        .filter(|r| (0.25..=4.0).contains(r));
    let width = (f64::from(width) * pixel.unwrap_or(1.0)).round() as u32;
    let rotation = stream.side_data_list.iter().find_map(|s| s.rotation).unwrap_or(0.0);
    let lying = (rotation / 90.0).round() as i64 % 2 != 0;
    let (width, height) = if lying { (height, width) } else { (width, height) };
    Some(VideoFacts {
        index: stream.index,
        codec: stream.codec_name.clone()?,
        width,
        height,
        transfer: match stream.color_transfer.as_deref() {
            Some("smpte2084") => Transfer::Pq,
            Some("arib-std-b67") => Transfer::Hlg,
            _ => Transfer::Standard,
        },
        tells_matrix: stream.color_space.as_deref().is_some_and(|space| space != "unknown"),
        interlaced: matches!(stream.field_order.as_deref(), Some("tt" | "bb" | "tb" | "bt")),
        fps: stream.avg_frame_rate.as_deref().and_then(|r| ratio(r, '/')),
        duration_s: seconds(stream.duration.as_ref()),
    })
}

fn audio(stream: &Stream) -> Option<AudioFacts> {
    if stream.codec_type.as_deref() != Some("audio") {
        return None;
    }
    Some(AudioFacts {
        index: stream.index,
        codec: stream.codec_name.clone()?,
        rate_hz: stream.sample_rate.as_ref()?.parse().ok().filter(|rate| *rate > 0)?,
        channels: stream.channels.filter(|channels| *channels > 0)?,
        duration_s: seconds(stream.duration.as_ref()),
    })
}

fn seconds(text: Option<&String>) -> Option<f64> {
    text.and_then(|text| text.parse().ok()).filter(|s: &f64| s.is_finite() && *s > 0.0)
}

fn ratio(text: &str, mark: char) -> Option<f64> {
    let (over, under) = text.split_once(mark)?;
    let (over, under) = (over.parse::<f64>().ok()?, under.parse::<f64>().ok()?);
    (over > 0.0 && under > 0.0).then_some(over / under)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_is_understood_as_it_should_be_shown() {
        let answer = r#"{"streams":[
            {"index":0,"codec_name":"png","codec_type":"video","width":600,"height":600,"disposition":{"attached_pic":1}},
            {"index":1,"codec_name":"h264","codec_type":"video","width":1440,"height":1080,
             "sample_aspect_ratio":"4:3","avg_frame_rate":"30000/1001","disposition":{"attached_pic":0},
             "side_data_list":[{"rotation":-90}]},
            {"index":2,"codec_name":"aac","codec_type":"audio","sample_rate":"48000","channels":2,"duration":"12.0"},
            {"index":3,"codec_type":"data"}],
            "format":{"format_name":"mov,mp4","duration":"12.500000"}}"#;
        let probe = understand(&serde_json::from_str(answer).unwrap()).unwrap();
        let video = probe.video.unwrap();
        assert_eq!((video.index, video.width, video.height), (1, 1080, 1920));
        assert!((video.fps.unwrap() - 29.97).abs() < 0.001);
        assert_eq!(
            probe.audio.unwrap(),
            AudioFacts {
                index: 2,
                codec: "aac".into(),
                rate_hz: 48_000,
                channels: 2,
                duration_s: Some(12.0)
            }
        );
        assert_eq!((probe.duration_s, probe.streams), (Some(12.5), 4));
    }

    #[test]
    fn numbers_that_mean_nothing_are_no_facts() {
        let answer = r#"{"streams":[
            {"index":0,"codec_name":"h264","codec_type":"video","width":0,"height":0,"avg_frame_rate":"0/0"},
            {"index":1,"codec_name":"pcm_s16le","codec_type":"audio","sample_rate":"0","channels":0}],
            "format":{"format_name":"wav","duration":"N/A"}}"#;
        let probe = understand(&serde_json::from_str(answer).unwrap()).unwrap();
        assert_eq!((probe.video, probe.audio, probe.duration_s), (None, None, None));
    }
}
