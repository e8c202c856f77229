//! How loud each beat of each eight is.

use crate::{
    SAMPLE_RATE,
    flux::{coarse_onsets, percentile},
    spectrum::{FRAMES_PER_SECOND, LANES, dot},
};
use eightcount_domain::{Amplitude, BEATS_PER_EIGHT, Eight};

/// Quietest value reported, dB relative to full scale.
const FLOOR_DBFS: f32 = -80.0;
/// Window over which the song's loudest passage is found, seconds.
const LOUDEST_WINDOW_S: f64 = 0.4;
/// An onset this long before the beat belongs to the beat, seconds: players are early, and spectra are blurred.
const EARLY_S: f64 = 0.03;

/// Amplitude of each eight.
///
/// Per beat: the root mean square in dB relative to full scale (a full-scale square wave is 0, floor -80); the
/// largest absolute sample, at most 1; the strongest onset (spectral flux) relative to the strongest ones of the
/// whole `pcm` (its 99.9th percentile); and a level of 0 to 10 for display, halved by every 10 dB below the loudest 0.4 s of
/// `pcm` (S. Stevens' law of loudness, 1957).
///
/// `pcm` is mono at [`SAMPLE_RATE`] with finite samples. What an eight covers outside of it is silence, as is
/// silence itself: -80 dB, and 0 for everything else.
///
/// ```
/// use eightcount_audio::{amplitude, evaluation::songs};
/// let song = songs::song(1, 4, 2, false);
/// let loud = amplitude(&song.pcm, &song.eights);
/// assert!(loud.iter().flat_map(|eight| eight.rms_dbfs).all(|db| (-80.0..=0.0).contains(&db)));
/// assert_eq!(loud.iter().flat_map(|eight| eight.level).max(), Some(10));
/// ```
pub fn amplitude(pcm: &[f32], eights: &[Eight]) -> Vec<Amplitude> {
    if eights.is_empty() {
        return Vec::new();
    }
    let onsets = coarse_onsets(pcm);
    let strongest = percentile(&onsets, 0.999).max(1e-3);
    let loudest = loudest_dbfs(pcm);
    let beats = |eight: &Eight| {
        let spans: [(f64, f64); BEATS_PER_EIGHT] =
            std::array::from_fn(|b| (eight.beats[b], eight.beats[b + 1]));
        let parts = spans.map(|(from, to)| &pcm[sample(from, pcm)..sample(to, pcm).max(sample(from, pcm))]);
        let rms_dbfs = parts.map(rms_dbfs);
        Amplitude {
            rms_dbfs,
            peak: parts.map(|part| largest(part).min(1.0)),
            onset: spans.map(|span| (strongest_onset(&onsets, span) / strongest).clamp(0.0, 1.0)),
            level: rms_dbfs.map(|db| level(db, loudest)),
        }
    };
    eights.iter().map(beats).collect()
}

fn sample(seconds: f64, pcm: &[f32]) -> usize {
    ((seconds.max(0.0) * f64::from(SAMPLE_RATE)).round() as usize).min(pcm.len())
}

/// Root mean square, dB relative to full scale.
pub(crate) fn rms_dbfs(part: &[f32]) -> f32 {
    let square = dot(part, part) / part.len().max(1) as f32;
    (10.0 * square.max(1e-12).log10()).max(FLOOR_DBFS)
}

/// The largest absolute sample; 0 for none.
fn largest(part: &[f32]) -> f32 {
    let mut largest = [0.0f32; LANES];
    let chunks = part.chunks_exact(LANES);
    let rest = chunks.remainder().iter().fold(0.0f32, |most, x| most.max(x.abs()));
    for chunk in chunks {
        for (most, x) in largest.iter_mut().zip(chunk) {
            *most = if x.abs() > *most { x.abs() } else { *most };
        }
    }
    largest.into_iter().fold(rest, f32::max)
}

fn loudest_dbfs(pcm: &[f32]) -> f32 {
    let window = ((LOUDEST_WINDOW_S * f64::from(SAMPLE_RATE)) as usize).min(pcm.len()).max(1);
    pcm.chunks(window).filter(|c| c.len() == window).map(rms_dbfs).fold(FLOOR_DBFS, f32::max)
}

fn strongest_onset(onsets: &[f32], (from, to): (f64, f64)) -> f32 {
    let frame =
        |t: f64| (((t - EARLY_S).max(0.0) * FRAMES_PER_SECOND / 2.0).round() as usize).min(onsets.len());
    onsets[frame(from)..frame(to).max(frame(from))].iter().copied().fold(0.0, f32::max)
}

fn level(dbfs: f32, loudest_dbfs: f32) -> u8 {
    if dbfs <= FLOOR_DBFS {
        return 0;
    }
    (10.0 * ((dbfs - loudest_dbfs) / 10.0).exp2()).round().clamp(0.0, 10.0) as u8
}
