//! Decoding a song or a performance's music to samples.

use crate::files::absolute;
use crate::guard::INPUT_GUARD;
use crate::process::{Output, Run, Watch, access};
use crate::{Media, MediaError, Refusal};
use eightcount_domain::FailureCode;
use std::ffi::OsString;
use std::path::Path;

/// Samples a second of what analysis hears.
pub(crate) const PCM_RATE_HZ: u32 = 44_100;

impl Media {
    /// Decodes the first audio stream to mono at 44.1 kHz: samples of about -1 to 1, all finite, at most
    /// `song_max_s` or `performance_max_s` of the limits, whichever is longer. A file that decodes to nothing, or
    /// to what is no number, is damaged.
    pub async fn decode_pcm(&self, path: &Path, watch: &mut Watch<'_>) -> Result<Vec<f32>, MediaError> {
        let mut samples = Vec::new();
        self.pcm_pieces(path, watch, &mut |piece| samples.extend_from_slice(piece)).await?;
        Ok(samples)
    }

    /// Counts the samples that [`Self::decode_pcm`] would give, without keeping them.
    pub(crate) async fn count_pcm(&self, path: &Path) -> Result<u64, MediaError> {
        let mut count = 0;
        self.pcm_pieces(path, &mut Watch::nobody(), &mut |piece| count += piece.len() as u64).await?;
        Ok(count)
    }

    async fn pcm_pieces(
        &self,
        path: &Path,
        watch: &mut Watch<'_>,
        consume: &mut (dyn FnMut(&[f32]) + Send),
    ) -> Result<(), MediaError> {
        let path = absolute(path)?;
        let longest = self.limits.song_max_s.max(self.limits.performance_max_s);
        let mut arguments: Vec<OsString> = ["-hide_banner", "-nostdin", "-stats"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-vn", "-sn", "-dn", "-i"].map(Into::into));
        arguments.push(path.clone().into());
        arguments
            .extend(["-map", "0:a:0", "-ac", "1", "-ar", "44100", "-f", "f32le", "pipe:1"].map(Into::into));
        let run = Run {
            tool: &self.tools.ffmpeg,
            doing: "decoding audio",
            arguments,
            files: access(&[&path], &[]),
            wall: self.limits.tool_wall,
        };
        let mut sink = Sink {
            left: (longest * f64::from(PCM_RATE_HZ)) as u64,
            limit: format!("{longest:.0} s"),
            rest: Vec::new(),
            any: false,
            consume,
        };
        let status = self.run_to_status(run, Output::Pieces(&mut |bytes| sink.take(bytes)), watch).await?;
        if !status.success() || !sink.any {
            return Err(Refusal::plain(FailureCode::DamagedMedia).into());
        }
        Ok(())
    }
}

/// Turns bytes into samples, and stops at the first that is no number and at the limit.
struct Sink<'a> {
    left: u64,
    limit: String,
    rest: Vec<u8>,
    any: bool,
    consume: &'a mut (dyn FnMut(&[f32]) + Send),
}

impl Sink<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        self.rest.extend_from_slice(bytes);
        let (words, rest) = self.rest.as_chunks::<4>();
        let samples: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        self.rest = rest.to_vec();
        if samples.iter().any(|sample| !sample.is_finite()) {
            return Err(Refusal::plain(FailureCode::DamagedMedia).into());
        }
        self.left = self
            .left
            .checked_sub(samples.len() as u64)
            .ok_or_else(|| Refusal::over(FailureCode::TooLong, self.limit.clone()))?;
        self.any |= !samples.is_empty();
        (self.consume)(&samples);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn feed(pieces: &[&[u8]], left: u64) -> Result<Vec<f32>, MediaError> {
        let mut heard = Vec::new();
        let mut consume = |piece: &[f32]| heard.extend_from_slice(piece);
        let mut sink =
            Sink { left, limit: "1 s".into(), rest: Vec::new(), any: false, consume: &mut consume };
        pieces.iter().try_for_each(|piece| sink.take(piece))?;
        Ok(heard)
    }

    #[test]
    fn samples_survive_any_split_of_the_bytes() {
        let bytes: Vec<u8> = [0.5_f32, -1.0, 0.25].iter().flat_map(|s| s.to_le_bytes()).collect();
        for split in 0..bytes.len() {
            assert_eq!(feed(&[&bytes[..split], &bytes[split..]], 3).unwrap(), [0.5, -1.0, 0.25]);
        }
    }

    #[test]
    fn what_is_no_number_and_what_is_too_long_is_refused() {
        let nan = f32::NAN.to_le_bytes();
        assert_eq!(feed(&[&nan], 3).unwrap_err().code(), FailureCode::DamagedMedia);
        assert_eq!(feed(&[&[0; 16]], 3).unwrap_err().code(), FailureCode::TooLong);
    }
}
