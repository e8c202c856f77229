//! Clips with exactly known beats: the faults trackers are known for, one a clip.

use super::instruments::{Noise, chord, click, hat, kick, mix, snare, tone};
use crate::SAMPLE_RATE;

/// Music with its truth.
#[derive(Clone, Debug)]
pub struct Clip {
    /// What it is.
    pub name: String,
    /// Mono at [`SAMPLE_RATE`].
    pub pcm: Vec<f32>,
    /// Beat times, seconds.
    pub beats: Vec<f64>,
    /// Indices of downbeats.
    pub downbeats: Vec<usize>,
    /// Beats in a bar.
    pub metre: usize,
}

impl Clip {
    /// The times of the downbeats, seconds.
    ///
    /// ```
    /// let clip = eightcount_audio::evaluation::synth::clicks(60.0, 9.0);
    /// assert_eq!(clip.downbeat_times(), [0.5, 4.5, 8.5]);
    /// ```
    pub fn downbeat_times(&self) -> Vec<f64> {
        self.downbeats.iter().map(|&i| self.beats[i]).collect()
    }
}

/// What the drummer plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A metronome, higher on downbeats.
    Click,
    /// Kick on 1 and 3, snare on 2 and 4, hats on eighths.
    Rock,
    /// As rock, the off-beat hats late.
    Swing,
    /// Kick on every beat, loud hats between the beats.
    House,
    /// Kick on 1, snare on 3: half-time feel.
    HalfTime,
    /// Kick on every beat, snare in a pattern of 3-3-2 over it.
    Dembow,
    /// Kick on 1, snare on 2 and 3, in three.
    Waltz,
}

/// Times of beats: from `start` on, stretches of (beats, first tempo, last tempo).
///
/// ```
/// let times = eightcount_audio::evaluation::synth::beat_times(1.0, &[(2, 60.0, 60.0), (1, 120.0, 120.0)]);
/// assert_eq!(times, [1.0, 2.0, 3.0, 3.5]);
/// ```
pub fn beat_times(start: f64, stretches: &[(usize, f64, f64)]) -> Vec<f64> {
    let mut times = vec![start];
    let mut now = start;
    for &(count, from, to) in stretches {
        for k in 0..count {
            let bpm = from + (to - from) * k as f64 / (count.max(2) - 1) as f64;
            now += 60.0 / bpm;
            times.push(now);
        }
    }
    times
}

/// Plays a style on given beats. The last time is where the last beat ends; two seconds of tail follow.
///
/// ```
/// use eightcount_audio::evaluation::synth::{Style, beat_times, play};
/// let clip = play("a waltz", Style::Waltz, &beat_times(0.5, &[(12, 150.0, 150.0)]));
/// assert_eq!((clip.beats.len(), clip.downbeats.as_slice()), (12, &[0, 3, 6, 9][..]));
/// ```
pub fn play(name: &str, style: Style, times: &[f64]) -> Clip {
    let metre = if style == Style::Waltz { 3 } else { 4 };
    let last = times.last().copied().unwrap_or(0.0);
    let mut pcm = vec![0.0; ((last + 2.0) * f64::from(SAMPLE_RATE)) as usize];
    let mut noise = Noise::new(7);
    for (k, pair) in times.windows(2).enumerate() {
        let bar_end = times[(k + metre).min(times.len() - 1)];
        beat(
            &mut pcm,
            style,
            &mut noise,
            &Place { k, metre, time: pair[0], length: pair[1] - pair[0], bar_end },
        );
    }
    for x in &mut pcm {
        *x += 1e-4 * noise.normal();
    }
    let peak = pcm.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    for x in &mut pcm {
        *x *= 0.8 / peak.max(1e-9);
    }
    let beats = times[..times.len().saturating_sub(1)].to_vec();
    let downbeats = (0..beats.len()).step_by(metre).collect();
    Clip { name: name.to_owned(), pcm, beats, downbeats, metre }
}

struct Place {
    k: usize,
    metre: usize,
    time: f64,
    length: f64,
    bar_end: f64,
}

fn beat(pcm: &mut [f32], style: Style, noise: &mut Noise, at: &Place) {
    let position = at.k % at.metre;
    if style == Style::Click {
        mix(pcm, &click(if position == 0 { 1500.0 } else { 1000.0 }), at.time, 1.0);
        return;
    }
    drums(pcm, style, noise, position, at);
    let root = [110.0, 87.31, 130.81, 98.0][at.k / at.metre % 4];
    let bass_gain = if style == Style::Dembow { 0.15 } else { 0.25 };
    mix(pcm, &tone(root, at.length as f32 * 0.9, 3, bass_gain), at.time, 1.0);
    if position == 0 {
        let held = (at.bar_end - at.time) as f32;
        mix(pcm, &chord(root * 2.0, &[1.0, 1.26, 1.5, 2.0], held, 0.07), at.time, 1.0);
    }
}

fn drums(pcm: &mut [f32], style: Style, noise: &mut Noise, position: usize, at: &Place) {
    let (kick, snare) = (kick(), snare(noise));
    let mut hit = |sound: &[f32], part: f64, gain: f32| mix(pcm, sound, at.time + part * at.length, gain);
    match style {
        Style::Click => {}
        Style::House => {
            hit(&kick, 0.0, 1.0);
            hit(&hat(noise), 0.5, 1.5);
            if position % 2 == 1 {
                hit(&snare, 0.0, 0.7);
            }
        }
        Style::HalfTime => {
            match position {
                0 => hit(&kick, 0.0, 1.0),
                2 => hit(&snare, 0.0, 1.0),
                _ => {}
            }
            hit(&hat(noise), 0.0, 1.0);
            hit(&hat(noise), 0.5, 0.6);
        }
        Style::Dembow => {
            hit(&kick, 0.0, 1.0);
            hit(&snare, if position.is_multiple_of(2) { 0.75 } else { 0.5 }, 0.9);
            hit(&hat(noise), 0.0, 0.4);
            hit(&hat(noise), 0.5, 0.4);
        }
        Style::Waltz => {
            if position == 0 {
                hit(&kick, 0.0, 1.0);
            } else {
                hit(&snare, 0.0, 0.5);
            }
            hit(&hat(noise), 0.0, 1.0);
        }
        Style::Rock | Style::Swing => {
            if position.is_multiple_of(2) {
                hit(&kick, 0.0, 1.0);
            } else {
                hit(&snare, 0.0, 1.0);
            }
            hit(&hat(noise), 0.0, 1.0);
            hit(&hat(noise), if style == Style::Swing { 0.66 } else { 0.5 }, 0.7);
        }
    }
}

fn steady(start: f64, bpm: f64, seconds: f64) -> Vec<f64> {
    beat_times(start, &[((seconds * bpm / 60.0) as usize, bpm, bpm)])
}

/// A rock beat of about `seconds` at a steady tempo.
///
/// ```
/// assert_eq!(eightcount_audio::evaluation::synth::rock(120.0, 4.0).beats.len(), 8);
/// ```
pub fn rock(bpm: f64, seconds: f64) -> Clip {
    play(&format!("rock_{bpm}"), Style::Rock, &steady(0.35, bpm, seconds))
}

/// A metronome of about `seconds`.
///
/// ```
/// assert_eq!(eightcount_audio::evaluation::synth::clicks(60.0, 4.0).beats, [0.5, 1.5, 2.5, 3.5]);
/// ```
pub fn clicks(bpm: f64, seconds: f64) -> Clip {
    play(&format!("click_{bpm}"), Style::Click, &steady(0.5, bpm, seconds))
}

/// The whole set of 24 clips of about 40 s each.
///
/// ```
/// assert_eq!(eightcount_audio::evaluation::synth::clips().len(), 24);
/// ```
pub fn clips() -> Vec<Clip> {
    let mut clips: Vec<Clip> =
        [70.0, 85.0, 100.0, 120.0, 128.0, 150.0, 174.0].into_iter().map(|bpm| rock(bpm, 40.0)).collect();
    clips.extend([100.0, 120.0, 140.0].map(|bpm| clicks(bpm, 40.0)));
    clips.extend([
        play("house_126", Style::House, &steady(0.2, 126.0, 40.0)),
        play("halftime_140", Style::HalfTime, &steady(0.3, 140.0, 40.0)),
        play("dembow_95", Style::Dembow, &steady(0.4, 95.0, 40.0)),
        play("swing_110", Style::Swing, &steady(0.35, 110.0, 40.0)),
        play("waltz_96", Style::Waltz, &steady(0.35, 96.0, 40.0)),
        play("waltz_150", Style::Waltz, &steady(0.35, 150.0, 40.0)),
        play("silence8_120", Style::Rock, &steady(8.0, 120.0, 40.0)),
        play("jump_100_125", Style::Rock, &beat_times(0.3, &[(48, 100.0, 100.0), (60, 125.0, 125.0)])),
        play("jump_128_96", Style::Rock, &beat_times(0.3, &[(64, 128.0, 128.0), (48, 96.0, 96.0)])),
        play("drift_116_124", Style::Rock, &beat_times(0.3, &[(96, 116.0, 124.0)])),
        play("accel_90_150", Style::Rock, &beat_times(0.3, &[(100, 90.0, 150.0)])),
        faded(play("fade_118", Style::Rock, &steady(0.3, 118.0, 40.0)), 20.0),
        quiet(play("quiet_122", Style::Rock, &steady(0.3, 122.0, 40.0))),
        human(105.0),
    ]);
    clips
}

/// Fades the last `seconds` to nothing.
fn faded(mut clip: Clip, seconds: f64) -> Clip {
    let n = ((seconds * f64::from(SAMPLE_RATE)) as usize).min(clip.pcm.len());
    let start = clip.pcm.len() - n;
    for (i, x) in clip.pcm[start..].iter_mut().enumerate() {
        *x *= 1.0 - i as f32 / n as f32;
    }
    clip
}

fn quiet(mut clip: Clip) -> Clip {
    for x in &mut clip.pcm {
        *x *= 0.01;
    }
    clip
}

/// Every beat off by a few milliseconds (deviation 12 ms).
fn human(bpm: f64) -> Clip {
    let mut noise = Noise::new(11);
    let mut times = steady(0.4, bpm, 40.0);
    for t in &mut times {
        *t += 0.012 * f64::from(noise.normal());
    }
    play(&format!("jitter12_{bpm}"), Style::Rock, &times)
}
