//! Hearing a whole song.

use crate::{
    AudioError, SAMPLE_RATE,
    aubio::{aubio_tempo_bpm, phase_witness, witnesses},
    downbeats,
    downbeats::Bars,
    evidence::Streams,
    flux,
    flux::Flux,
    levels::{EARLY_S, best_reading, tapped_reading},
    pulse,
    spectrum::{FRAMES_PER_SECOND, Spectrum},
    tapping::even_beats,
    timing::TimedBeat,
    waveform::waveform,
};
use eightcount_domain::{BEATS_PER_EIGHT, BeatGrid, Bpm, Confidence, Hearing, Tap};

/// Least audio in which a pulse can be told, seconds.
pub const MIN_SECONDS: f64 = 2.0;
/// Points of the waveform for display.
const WAVEFORM_POINTS: usize = 4_000;

/// There is nothing that could have a beat.
const NOTHING: AudioError = AudioError::NoBeats { confidence: 1.0 };

/// Hears a song: beat grid, a second opinion on the tempo, and the waveform for display. Its loudness is left open: that
/// is measured on the channels of the song, and `pcm` is their mix.
///
/// The beats are read from [`stages::pulse`](crate::stages::pulse) by [`stages::beats`](crate::stages::beats) and, at
/// related tempi and those that the whole song keeps, by clicks and paths through its eighths; the evidence of the whole
/// song chooses among these readings (weights by logistic regression), and places the bars. aubio (P. Brossier, 2006) is
/// the second opinion. Beats and downbeats are in seconds, tempi in beats per minute, confidences 0 to 1.
///
/// `pcm` is mono at [`SAMPLE_RATE`], full scale 1 (louder is allowed). The answer does not depend on the gain.
/// Memory grows with the length: about a third of that of the PCM, beside it.
///
/// # Errors
/// - [`AudioError::TooShort`] under [`MIN_SECONDS`];
/// - [`AudioError::NotFinite`] for NaN or infinity;
/// - [`AudioError::NoBeats`] for silence, and where no pulse stands out.
///
/// ```
/// use eightcount_audio::{AudioError, evaluation::{metrics, synth}, hear};
/// let clip = synth::rock(120.0, 12.0);
/// let hearing = hear(&clip.pcm)?;
/// assert!((hearing.grid.tempo.get() - 120.0).abs() < 0.5);
/// assert!(metrics::f_measure(&clip.beats, &hearing.grid.beats) > 0.9);
/// assert_eq!(hear(&[0.0; 200_000]), Err(AudioError::NoBeats { confidence: 1.0 }));
/// # Ok::<(), AudioError>(())
/// ```
pub fn hear(pcm: &[f32]) -> Result<Hearing, AudioError> {
    let seconds = checked(pcm)?;
    let (aubio_tempo_bpm, onsets) = witnesses(pcm);
    Ok(hearing(pcm, beat_grid(pcm, &onsets)?, aubio_tempo_bpm, seconds))
}

/// Hears a song at a tempo that the user tapped: the beats lie where the music has them within 8 % of that tempo,
/// and an eight starts on the beat nearest to the tapped "one". Where no pulse stands out, the beats are as even
/// as the tap. The confidence is full: the user is.
///
/// # Errors
/// [`AudioError::TooShort`] and [`AudioError::NotFinite`] as [`hear`]; [`AudioError::NoBeats`] where the song ends
/// before there are two beats, or the tempo is outside 20 to 400 BPM.
///
/// ```
/// use eightcount_audio::{AudioError, evaluation::synth, hear_tapped, tapped};
/// let clip = synth::clicks(120.0, 12.0);
/// // The user taps a little late, at half the tempo.
/// let taps: Vec<f64> = clip.beats.iter().step_by(2).map(|beat| beat + 0.03).collect();
/// let grid = hear_tapped(&clip.pcm, tapped(&taps[..5]).expect("four taps or more"))?.grid;
/// assert!((grid.tempo.get() - 60.0).abs() < 0.5);
/// # Ok::<(), AudioError>(())
/// ```
pub fn hear_tapped(pcm: &[f32], tap: Tap) -> Result<Hearing, AudioError> {
    let seconds = checked(pcm)?;
    Ok(hearing(pcm, tapped_grid(pcm, tap, seconds)?, aubio_tempo_bpm(pcm), seconds))
}

/// The length of audio that can be heard, seconds.
fn checked(pcm: &[f32]) -> Result<f64, AudioError> {
    if let Some(index) = pcm.iter().position(|x| !x.is_finite()) {
        return Err(AudioError::NotFinite { index });
    }
    let seconds = pcm.len() as f64 / f64::from(SAMPLE_RATE);
    if seconds < MIN_SECONDS {
        return Err(AudioError::TooShort { seconds, minimum: MIN_SECONDS });
    }
    Ok(seconds)
}

fn hearing(pcm: &[f32], grid: BeatGrid, aubio_tempo_bpm: Option<f64>, duration_s: f64) -> Hearing {
    let waveform = waveform(pcm, WAVEFORM_POINTS);
    Hearing { duration_s, grid, loudness_lufs: None, aubio_tempo_bpm, waveform }
}

fn tapped_grid(pcm: &[f32], tap: Tap, duration_s: f64) -> Result<BeatGrid, AudioError> {
    let mut spectrum = Spectrum::of(pcm);
    let heard = flux::audible(&spectrum).and_then(|audible| {
        let flux = Flux::of(&mut spectrum);
        let pulse = flux.pulse();
        let streams = Streams::of(&spectrum, &flux, &pulse);
        tapped_reading(&pulse[audible.clone()], tap, &streams, audible.start)
    });
    let beats = heard.unwrap_or_else(|| even_beats(tap, duration_s));
    let one = f64::from(tap.one_ms) / 1e3;
    let distance = |beat: &f64| (beat - one).abs();
    let nearest = beats.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
    let one = nearest.map_or(0, |(place, _)| place % BEATS_PER_EIGHT);
    let metre = BEATS_PER_EIGHT / 2;
    Ok(BeatGrid {
        tempo: median_tempo(&beats).ok_or(NOTHING)?,
        downbeats: (one % metre..beats.len()).step_by(metre).map(|place| place as u32).collect(),
        metre: metre as u8,
        phase: one as u8,
        confidence: Confidence { tempo_octave: 1.0, beat_phase: 1.0, bar_phase: 1.0 },
        beats,
    })
}

/// The beat grid of checked audio, in which aubio hears `onsets`.
fn beat_grid(pcm: &[f32], onsets: &[f64]) -> Result<BeatGrid, AudioError> {
    let mut spectrum = Spectrum::of(pcm);
    let audible = flux::audible(&spectrum).ok_or(NOTHING)?;
    let flux = Flux::of(&mut spectrum);
    let pulse = flux.pulse();
    let streams = Streams::of(&spectrum, &flux, &pulse);
    let pulse = &pulse[audible.clone()];
    let first = pulse::track(pulse);
    let reading = best_reading(pulse, &first, &streams, audible.start)
        .map_err(|confidence| AudioError::NoBeats { confidence })?;
    let beats = from_the_start(reading.beats, audible.start as f64 / FRAMES_PER_SECOND);
    let beats = without_silences(beats, &spectrum);
    let times: Vec<f64> = beats.iter().map(|b| b.time).collect();
    // Half our own evidence, half what aubio's onsets say, which it finds without looking for a pulse.
    let witness = phase_witness(onsets, &times).max(0.0);
    let grid = BeatGrid {
        tempo: median_tempo(&times).ok_or(NOTHING)?,
        downbeats: Vec::new(),
        metre: (BEATS_PER_EIGHT / 2) as u8,
        phase: 0,
        confidence: Confidence {
            tempo_octave: reading.octave_confidence,
            beat_phase: f32::midpoint(reading.phase_confidence, witness),
            bar_phase: 0.0,
        },
        beats: times,
    };
    Ok(with_bars(grid, &beats, &spectrum, &flux))
}

/// Counts the bars: anew after each silence, but in the metre of the longest stretch.
fn with_bars(mut grid: BeatGrid, beats: &[TimedBeat], spectrum: &Spectrum, flux: &Flux) -> BeatGrid {
    let runs = grid.runs();
    let bars: Vec<Bars> =
        runs.iter().map(|run| downbeats::bars(&beats[run.clone()], spectrum, flux)).collect();
    let Some((_, main)) = runs.iter().zip(&bars).max_by_key(|(run, _)| run.len()) else { return grid };
    (grid.metre, grid.confidence.bar_phase) = (main.metre, main.confidence);
    for (run, own) in runs.iter().zip(&bars) {
        let agrees = own.metre == main.metre;
        if run.start == 0 && agrees {
            grid.phase = own.phase;
        }
        let first = if agrees { own.downbeats.first().map_or(0, |&first| first as usize) } else { 0 };
        let downbeats = (run.start + first..run.end).step_by(usize::from(main.metre));
        grid.downbeats.extend(downbeats.map(|beat| beat as u32));
    }
    grid
}

/// The beats that do not lie in silences inside the song. A silence of up to an eight is counted through, as a dancer
/// does.
fn without_silences(mut beats: Vec<TimedBeat>, spectrum: &Spectrum) -> Vec<TimedBeat> {
    let frames = |seconds: f64| (seconds * FRAMES_PER_SECOND).round().max(0.0) as usize;
    let times: Vec<f64> = beats.iter().map(|beat| beat.time).collect();
    let Some(tempo) = median_tempo(&times) else { return beats };
    let shortest = BEATS_PER_EIGHT as f64 * tempo.beat_seconds() + 2.0 * EARLY_S;
    let silences = flux::silences(spectrum, frames(shortest));
    // An onset shows early: spectra are blurred.
    beats.retain(|beat| {
        let [at, after] = [0.0, EARLY_S].map(|late| frames(beat.time + late));
        !silences.iter().any(|silence| silence.contains(&at) && silence.contains(&after))
    });
    beats
}

/// The beats, and those before them back to where the music starts: its first onset has no rise before it from which
/// a path or a phase could be told.
fn from_the_start(mut beats: Vec<TimedBeat>, start_s: f64) -> Vec<TimedBeat> {
    while let [first, second, ..] = beats[..] {
        let time = 2.0 * first.time - second.time;
        if time < (start_s - EARLY_S).max(0.0) {
            break;
        }
        beats.insert(0, TimedBeat { time, strength: 0.0 });
    }
    beats
}

fn median_tempo(beats: &[f64]) -> Option<Bpm> {
    let mut intervals: Vec<f64> = beats.windows(2).map(|w| w[1] - w[0]).collect();
    let middle = intervals.len() / 2;
    if intervals.is_empty() {
        return None;
    }
    let median = *intervals.select_nth_unstable_by(middle, f64::total_cmp).1;
    Bpm::try_from(60.0 / median).ok()
}
