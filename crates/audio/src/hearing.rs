//! Hearing a whole song.

use crate::{
    AudioError, SAMPLE_RATE,
    aubio::{aubio_onsets, aubio_tempo_bpm, phase_witness},
    downbeats,
    evidence::Streams,
    flux,
    flux::Flux,
    levels::best_reading,
    loudness::loudness,
    pulse,
    spectrum::Spectrum,
    timing::TimedBeat,
    waveform::waveform,
};
use eightcount_domain::{BeatGrid, Bpm, Confidence, Hearing};

/// Least audio in which a pulse can be told, seconds.
pub const MIN_SECONDS: f64 = 2.0;
/// Points of the waveform for display.
const WAVEFORM_POINTS: usize = 4_000;

/// Hears a song: beat grid, loudness, a second opinion on the tempo, and the waveform for display.
///
/// `pcm` is mono at [`SAMPLE_RATE`], full scale 1 (louder is allowed). The answer does not depend on the gain.
/// Memory grows with the length, about 1.5 times that of the PCM.
///
/// # Errors
/// - [`AudioError::TooShort`] under [`MIN_SECONDS`];
/// - [`AudioError::NotFinite`] for NaN or infinity;
/// - [`AudioError::NoBeats`] for silence, and where no pulse stands out.
pub fn hear(pcm: &[f32]) -> Result<Hearing, AudioError> {
    if let Some(index) = pcm.iter().position(|x| !x.is_finite()) {
        return Err(AudioError::NotFinite { index });
    }
    let seconds = pcm.len() as f64 / f64::from(SAMPLE_RATE);
    if seconds < MIN_SECONDS {
        return Err(AudioError::TooShort { seconds, minimum: MIN_SECONDS });
    }
    Ok(Hearing {
        duration_s: seconds,
        grid: beat_grid(pcm)?,
        loudness_lufs: loudness(pcm)?,
        aubio_tempo_bpm: aubio_tempo_bpm(pcm),
        waveform: waveform(pcm, WAVEFORM_POINTS),
    })
}

/// The beat grid of checked audio.
fn beat_grid(pcm: &[f32]) -> Result<BeatGrid, AudioError> {
    let spectrum = Spectrum::of(pcm);
    let audible = flux::audible(&spectrum).ok_or(AudioError::NoBeats)?;
    let flux = Flux::of(&spectrum);
    let pulse = flux.pulse();
    let streams = Streams::of(&spectrum, &flux, &pulse);
    let pulse = &pulse[audible.clone()];
    let first = pulse::track(pulse);
    let reading = best_reading(pulse, &first, &streams, audible.start).ok_or(AudioError::NoBeats)?;
    let times: Vec<f64> = reading.beats.iter().map(|b| b.time).collect();
    // Half our own evidence, half what aubio's onsets say, which it finds without looking for a pulse.
    let witness = phase_witness(&aubio_onsets(pcm), &times).max(0.0);
    let beats = reading.beats;
    let bars = downbeats::bars(&beats, &spectrum, &flux);
    Ok(BeatGrid {
        tempo: median_tempo(&beats).ok_or(AudioError::NoBeats)?,
        downbeats: bars.downbeats,
        metre: bars.metre,
        phase: bars.phase,
        confidence: Confidence {
            tempo_octave: reading.octave_confidence,
            beat_phase: f32::midpoint(reading.phase_confidence, witness),
            bar_phase: bars.confidence,
        },
        beats: times,
    })
}

fn median_tempo(beats: &[TimedBeat]) -> Option<Bpm> {
    let mut intervals: Vec<f64> = beats.windows(2).map(|w| w[1].time - w[0].time).collect();
    let middle = intervals.len() / 2;
    if intervals.is_empty() {
        return None;
    }
    let median = *intervals.select_nth_unstable_by(middle, f64::total_cmp).1;
    Bpm::try_from(60.0 / median).ok()
}
