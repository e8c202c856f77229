//! The section's audio, encoded once.

use crate::files::{Attempt, absolute};
use crate::guard::INPUT_GUARD;
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError};
use eightcount_edit::{AUDIO_RATE_HZ, AudioCut, section_audio_args};
use std::path::Path;

impl Media {
    /// Encodes a part of a song for a product, a stage or a preview: AAC, 48 kHz, stereo, exactly as long as its
    /// frames.
    pub async fn section_audio(
        &self,
        song: &Path,
        cut: &AudioCut,
        out: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<(), MediaError> {
        let doing = "encoding the section's audio";
        let (song, attempt) = (absolute(song)?, Attempt::at(out)?);
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing,
            arguments: section_audio_args(&song, INPUT_GUARD, cut, attempt.path()),
            files: access(&[&song], &[attempt.path()]),
            wall: self.limits.tool_wall,
        };
        self.run(run, Output::None, watch).await?;
        let wrong = |what: String| MediaError::WrongOutput { doing, what };
        let measured = self.measure(attempt.path()).await?;
        let audio = measured.audio.ok_or_else(|| wrong("no audio".to_owned()))?;
        let wanted = cut.samples() as f64 / f64::from(AUDIO_RATE_HZ);
        let kind = (audio.codec.as_str(), audio.rate_hz, audio.channels);
        if kind != ("aac", AUDIO_RATE_HZ, 2)
            || (audio.duration_s - wanted).abs() > 0.025
            || measured.video.is_some()
        {
            return Err(wrong(format!("{audio:?}, not {wanted:.3} s")));
        }
        attempt.keep()
    }
}
