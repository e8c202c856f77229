//! Measuring files of our own making, before anyone relies on them.

use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError};
use serde::Deserialize;
use std::ffi::OsString;
use std::path::Path;

/// What a file of ours holds, by the tables with which it lists its pictures.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) video: Option<MeasuredVideo>,
    pub(crate) audio: Option<MeasuredAudio>,
}

/// Its video.
#[derive(Debug)]
pub(crate) struct MeasuredVideo {
    pub(crate) codec: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) start_s: f64,
    pub(crate) duration_s: f64,
    pub(crate) pictures: u64,
}

/// Its sound.
#[derive(Debug)]
pub(crate) struct MeasuredAudio {
    pub(crate) codec: String,
    pub(crate) rate_hz: u32,
    pub(crate) channels: u32,
    pub(crate) duration_s: f64,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    start_time: Option<String>,
    duration: Option<String>,
    nb_frames: Option<String>,
    sample_rate: Option<String>,
    channels: Option<u32>,
}

impl Media {
    /// Measures an MP4 file of our own making.
    pub(crate) async fn measure(&self, path: &Path) -> Result<Measured, MediaError> {
        let mut arguments: Vec<OsString> =
            ["-v", "error", "-protocol_whitelist", "file", "-f", "mov"].map(Into::into).into();
        arguments.extend(["-of", "json", "-show_entries"].map(Into::into));
        arguments.push(
            "stream=codec_type,codec_name,width,height,start_time,duration,nb_frames,\
             sample_rate,channels"
                .into(),
        );
        arguments.extend(["-i".into(), path.into()]);
        let run = Run {
            tool: &self.tools.ffprobe,
            doing: "measuring a file",
            arguments,
            files: access(&[path], &[]),
            wall: self.limits.tool_wall,
        };
        let mut answer = Vec::new();
        let mut collect = |piece: &[u8]| {
            answer.extend_from_slice(piece);
            Ok(())
        };
        self.run(run, Output::Pieces(&mut collect), &mut Watch::nobody()).await?;
        let answer: Answer = serde_json::from_slice(&answer)
            .map_err(|source| MediaError::Answer { tool: self.tools.ffprobe.name, source })?;
        let of = |kind| answer.streams.iter().find(|stream| stream.codec_type.as_deref() == Some(kind));
        Ok(Measured { video: of("video").and_then(video), audio: of("audio").and_then(audio) })
    }
}

fn seconds(text: Option<&String>) -> Option<f64> {
    text.and_then(|text| text.parse().ok()).filter(|s: &f64| s.is_finite())
}

fn video(stream: &Stream) -> Option<MeasuredVideo> {
    Some(MeasuredVideo {
        codec: stream.codec_name.clone()?,
        width: stream.width?,
        height: stream.height?,
        start_s: seconds(stream.start_time.as_ref())?,
        duration_s: seconds(stream.duration.as_ref())?,
        pictures: stream.nb_frames.as_ref()?.parse().ok()?,
    })
}

fn audio(stream: &Stream) -> Option<MeasuredAudio> {
    Some(MeasuredAudio {
        codec: stream.codec_name.clone()?,
        rate_hz: stream.sample_rate.as_ref()?.parse().ok()?,
        channels: stream.channels?,
        duration_s: seconds(stream.duration.as_ref())?,
    })
}
