//! Loudness of the whole song by EBU R 128 (ITU-R BS.1770 gating).

use crate::{AudioError, SAMPLE_RATE, error::LoudnessError};
use ebur128::{EbuR128, Mode};

/// Integrated loudness in LUFS of mono audio (EBU R 128, 2020; ITU-R BS.1770-4); none for silence (everything below
/// the meter's gate, -70 LUFS).
///
/// A song in stereo is heard as (left + right) / √2. Where the channels are alike, that reads as the two together do;
/// the wider the song, the lower, by 3 LU for two channels that have nothing in common.
///
/// # Errors
/// [`AudioError::Loudness`] when the meter refuses the audio.
///
/// ```
/// let tone: Vec<f32> = (0..88_200).map(|i| (i as f32 * 0.1).sin() * 0.5).collect();
/// let quieter: Vec<f32> = tone.iter().map(|x| x * 0.5).collect();
/// let lufs = |pcm: &[f32]| eightcount_audio::loudness(pcm).ok().flatten();
/// assert!(lufs(&tone).zip(lufs(&quieter)).is_some_and(|(a, b)| (a - b - 6.02).abs() < 0.1));
/// assert_eq!(lufs(&[0.0; 44_100]), None);
/// ```
pub fn loudness(pcm: &[f32]) -> Result<Option<f64>, AudioError> {
    let refused = |e| AudioError::Loudness(LoudnessError(e));
    let mut meter = EbuR128::new(1, SAMPLE_RATE, Mode::I).map_err(refused)?;
    meter.add_frames_f32(pcm).map_err(refused)?;
    let lufs = meter.loudness_global().map_err(refused)?;
    Ok(lufs.is_finite().then_some(lufs))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EBU Tech 3341, test 1: a 1 kHz sine of -23 dBFS on both channels reads -23 LUFS; on one channel 3 LU less.
    #[test]
    fn the_reference_sine_reads_as_the_standard_says() {
        let amplitude = 10f32.powf(-23.0 / 20.0);
        let phase = |i: usize| 2.0 * std::f32::consts::PI * 1000.0 * (i % SAMPLE_RATE as usize) as f32;
        let pcm: Vec<f32> = (0..10 * SAMPLE_RATE as usize)
            .map(|i| amplitude * (phase(i) / SAMPLE_RATE as f32).sin())
            .collect();
        let lufs = loudness(&pcm).ok().flatten().unwrap_or(0.0);
        assert!((lufs + 26.0).abs() < 0.1, "{lufs}");
    }

    #[test]
    fn silence_and_nothing_have_no_loudness() {
        assert_eq!(loudness(&[]), Ok(None));
        assert_eq!(loudness(&vec![0.0; 44_100]), Ok(None));
    }
}
