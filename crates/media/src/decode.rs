//! Decoding a song or a performance's music to samples.

use crate::channels::Channels;
use crate::files::absolute;
use crate::guard::INPUT_GUARD;
use crate::process::{Output, Run, Watch, access};
use crate::wave;
use crate::{Media, MediaError, Refusal};
use ebur128::EbuR128;
use eightcount_domain::FailureCode;
use std::ffi::OsString;
use std::path::Path;

/// Samples a second of what analysis hears.
pub(crate) const PCM_RATE_HZ: u32 = 44_100;
/// Float samples of all channels, with a head that names these and nothing else.
const WAVE_OUT: &[&str] = &[
    "-map",
    "0:a:0",
    "-ar",
    "44100",
    "-c:a",
    "pcm_f32le",
    "-map_metadata",
    "-1",
    "-fflags",
    "+bitexact",
    "-f",
    "wav",
    "pipe:1",
];

/// A decoded sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// The mix of its channels at 44.1 kHz: about -1 to 1, all finite.
    pub pcm: Vec<f32>,
    /// Loudness of the whole by EBU R 128 (ITU-R BS.1770-4), LUFS, measured on its channels; none for silence
    /// (everything below the meter's gate, -70 LUFS).
    pub loudness_lufs: Option<f64>,
}

impl Media {
    /// Decodes the first audio stream, mixed to mono at 44.1 kHz, and measures its loudness: at most `song_max_s` or
    /// `performance_max_s` of the limits, whichever is longer. A file that decodes to nothing, or to what is no
    /// number, is damaged.
    pub async fn decode_pcm(&self, path: &Path, watch: &mut Watch<'_>) -> Result<Decoded, MediaError> {
        let mut pcm = Vec::new();
        let mut meter: Option<EbuR128> = None;
        let mut listen = |channels: &Channels, samples: &[f32]| {
            channels.mix(samples, &mut pcm);
            let meter = match &mut meter {
                Some(meter) => meter,
                none => none.insert(channels.meter(PCM_RATE_HZ)?),
            };
            meter.add_frames_f32(samples).map_err(MediaError::Loudness)
        };
        self.pcm_pieces(path, watch, &mut listen).await?;
        if pcm.iter().any(|sample| !sample.is_finite()) {
            return Err(Refusal::plain(FailureCode::DamagedMedia).into());
        }
        let lufs = meter.map(|meter| meter.loudness_global().map_err(MediaError::Loudness)).transpose()?;
        Ok(Decoded { pcm, loudness_lufs: lufs.filter(|lufs| lufs.is_finite()) })
    }

    /// Counts the samples that [`Self::decode_pcm`] would give, without keeping them.
    pub(crate) async fn count_pcm(&self, path: &Path) -> Result<u64, MediaError> {
        let mut count = 0;
        let mut add = |channels: &Channels, samples: &[f32]| {
            count += (samples.len() / channels.count()) as u64;
            Ok(())
        };
        self.pcm_pieces(path, &mut Watch::nobody(), &mut add).await?;
        Ok(count)
    }

    /// Hands on the interleaved samples of all channels as they come.
    async fn pcm_pieces(
        &self,
        path: &Path,
        watch: &mut Watch<'_>,
        consume: &mut Consume<'_>,
    ) -> Result<(), MediaError> {
        let path = absolute(path)?;
        let longest = self.limits.song_max_s.max(self.limits.performance_max_s);
        let mut arguments: Vec<OsString> = ["-hide_banner", "-nostdin", "-stats"].map(Into::into).into();
        arguments.extend(INPUT_GUARD.iter().map(Into::into));
        arguments.extend(["-vn", "-sn", "-dn", "-i"].map(Into::into));
        arguments.push(path.clone().into());
        arguments.extend(WAVE_OUT.iter().map(Into::into));
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
            channels: None,
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

/// Takes interleaved samples of these channels.
type Consume<'a> = dyn FnMut(&Channels, &[f32]) -> Result<(), MediaError> + Send + 'a;

/// Turns bytes into samples, and stops at the first that is no number and at the limit.
struct Sink<'a> {
    /// Samples of each channel that may still come.
    left: u64,
    limit: String,
    /// What the head says.
    channels: Option<Channels>,
    rest: Vec<u8>,
    any: bool,
    consume: &'a mut Consume<'a>,
}

impl Sink<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        let damaged = || Refusal::plain(FailureCode::DamagedMedia);
        self.rest.extend_from_slice(bytes);
        if self.channels.is_none() {
            let Some((channels, start)) = wave::head(&self.rest).map_err(|_| damaged())? else {
                return Ok(());
            };
            self.rest.drain(..start);
            self.channels = Some(channels);
        }
        let Some(channels) = &self.channels else { return Ok(()) };
        let frames = self.rest.len() / (4 * channels.count());
        let (words, _) = self.rest[..4 * channels.count() * frames].as_chunks::<4>();
        let samples: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        self.rest.drain(..4 * samples.len());
        if samples.iter().any(|sample| !sample.is_finite()) {
            return Err(damaged().into());
        }
        self.left = self
            .left
            .checked_sub(frames as u64)
            .ok_or_else(|| Refusal::over(FailureCode::TooLong, self.limit.clone()))?;
        self.any |= frames > 0;
        (self.consume)(channels, &samples)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Feeds what follows the head of a WAVE stream of so many channels.
    fn feed(channels: u8, pieces: &[&[u8]], left: u64) -> Result<Vec<f32>, MediaError> {
        let mut heard = Vec::new();
        let mut consume = |of: &Channels, piece: &[f32]| {
            assert_eq!(of.count(), usize::from(channels));
            heard.extend_from_slice(piece);
            Ok(())
        };
        let mut sink = Sink {
            left,
            limit: "1 s".into(),
            channels: None,
            rest: Vec::new(),
            any: false,
            consume: &mut consume,
        };
        let mut head = *b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x03\0\x01\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x20\0data\xff\xff\xff\xff";
        head[22] = channels;
        sink.take(&head)?;
        pieces.iter().try_for_each(|piece| sink.take(piece))?;
        Ok(heard)
    }

    #[test]
    fn samples_survive_any_split_of_the_bytes() {
        let bytes: Vec<u8> = [0.5_f32, -1.0, 0.25, 0.75].iter().flat_map(|s| s.to_le_bytes()).collect();
        for (channels, split) in
            [1, 2].into_iter().flat_map(|n| (0..bytes.len()).map(move |split| (n, split)))
        {
            let heard = feed(channels, &[&bytes[..split], &bytes[split..]], 4).unwrap();
            assert_eq!(heard, [0.5, -1.0, 0.25, 0.75]);
        }
    }

    #[test]
    fn what_is_no_number_and_what_is_too_long_is_refused() {
        let nan = f32::NAN.to_le_bytes();
        assert_eq!(feed(1, &[&nan], 3).unwrap_err().code(), FailureCode::DamagedMedia);
        assert_eq!(feed(1, &[&[0; 16]], 3).unwrap_err().code(), FailureCode::TooLong);
        assert_eq!(feed(2, &[&[0; 16]], 3).unwrap(), [0.0; 4]);
        assert_eq!(feed(0, &[], 3).unwrap_err().code(), FailureCode::DamagedMedia);
    }
}
