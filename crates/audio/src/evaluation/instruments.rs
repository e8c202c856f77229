//! Drums and tones out of sines, noise and envelopes.

use crate::SAMPLE_RATE;
use std::f32::consts::TAU;

const RATE: f32 = SAMPLE_RATE as f32;

/// Deterministic noise: the same seed gives the same music on every machine (xorshift64*, G. Marsaglia 2003).
///
/// ```
/// use eightcount_audio::evaluation::instruments::Noise;
/// let (mut a, mut b) = (Noise::new(7), Noise::new(7));
/// assert!((0..1000).all(|_| (0.0..1.0).contains(&a.uniform())));
/// assert_eq!((0..1000).map(|_| b.uniform()).last().map(|_| a.normal()), Some(b.normal()));
/// assert!((0..1000).all(|_| a.below(3) < 3) && a.below(0) == 0);
/// ```
#[derive(Clone, Debug)]
pub struct Noise(u64);

impl Noise {
    /// A new sequence for a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Uniform in 0 to 1, 1 left out, in steps of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Approximately normal, mean 0, deviation 1, -6 to 6 (sum of twelve uniforms).
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    /// One of `0..n`, uniform; 0 for `n` = 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f32) as usize).min(n.saturating_sub(1))
    }
}

/// `seconds` of a function of time.
fn shape(seconds: f32, mut f: impl FnMut(f32) -> f32) -> Vec<f32> {
    (0..(seconds * RATE) as usize).map(|i| f(i as f32 / RATE)).collect()
}

/// Fast rise, exponential fall.
fn pluck(t: f32, attack: f32, decay: f32) -> f32 {
    (t / attack).min(1.0) * (-t / decay).exp()
}

/// A kick drum: a sine falling from 150 Hz to 50 Hz.
///
/// ```
/// let kick = eightcount_audio::evaluation::instruments::kick();
/// assert!(kick.iter().all(|sample| sample.abs() < 1.0));
/// ```
pub fn kick() -> Vec<f32> {
    let mut phase = 0.0;
    shape(0.25, |t| {
        phase += (50.0 + 100.0 * (-t / 0.03).exp()) / RATE;
        0.9 * (TAU * phase).sin() * pluck(t, 0.001, 0.08)
    })
}

/// A snare drum: noise over a short tone, 0.2 s, never the same twice. Peaks may pass 1.
///
/// ```
/// use eightcount_audio::evaluation::instruments::{Noise, snare};
/// let mut noise = Noise::new(1);
/// assert_ne!(snare(&mut noise), snare(&mut noise));
/// ```
pub fn snare(noise: &mut Noise) -> Vec<f32> {
    shape(0.2, |t| {
        0.5 * noise.normal() * pluck(t, 0.001, 0.05) + 0.4 * (TAU * 190.0 * t).sin() * pluck(t, 0.001, 0.06)
    })
}

/// A closed hi-hat: short bright noise, 60 ms, never the same twice. Peaks may pass 1.
///
/// ```
/// use eightcount_audio::evaluation::instruments::{Noise, hat};
/// let sound = hat(&mut Noise::new(1));
/// let loud = |part: &[f32]| part.iter().map(|x| x * x).sum::<f32>();
/// assert!(loud(&sound[..1300]) > 10.0 * loud(&sound[1300..]));
/// ```
pub fn hat(noise: &mut Noise) -> Vec<f32> {
    let mut before = 0.0;
    shape(0.06, |t| {
        let now = noise.normal();
        let bright = now - before;
        before = now;
        0.25 * bright * pluck(t, 0.0005, 0.015)
    })
}

/// A click of a metronome: 30 ms of a sine of `hz` hertz that dies away, peaks below 0.7.
///
/// ```
/// let click = eightcount_audio::evaluation::instruments::click(1000.0);
/// assert!(click.len() == 1323 && click.iter().all(|sample| sample.abs() < 0.7));
/// ```
pub fn click(hz: f32) -> Vec<f32> {
    shape(0.03, |t| 0.7 * (TAU * hz * t).sin() * pluck(t, 0.0005, 0.008))
}

/// A plucked tone of `hz` hertz that lasts `seconds`: `harmonics` partials, the k-th of amplitude `gain` / k.
///
/// ```
/// use eightcount_audio::evaluation::instruments::tone;
/// let sine = tone(440.0, 0.5, 1, 0.2);
/// assert!(sine.len() == 22_050 && sine.iter().all(|sample| sample.abs() <= 0.2));
/// assert!(tone(440.0, 0.5, 0, 0.2).iter().all(|sample| *sample == 0.0));
/// ```
pub fn tone(hz: f32, seconds: f32, harmonics: usize, gain: f32) -> Vec<f32> {
    shape(seconds, |t| {
        let partials = (1..=harmonics).map(|k| (TAU * hz * k as f32 * t).sin() / k as f32);
        gain * partials.sum::<f32>() * pluck(t, 0.005, seconds * 0.7) * ((seconds - t) / 0.02).clamp(0.0, 1.0)
    })
}

/// A chord held for `seconds`: sines of amplitude `gain` at `ratios` of the root, which is in hertz.
///
/// ```
/// let fifth = eightcount_audio::evaluation::instruments::chord(220.0, &[1.0, 1.5], 1.0, 0.1);
/// assert!(fifth.len() == 44_100 && fifth.iter().all(|sample| sample.abs() <= 0.2));
/// ```
pub fn chord(root_hz: f32, ratios: &[f32], seconds: f32, gain: f32) -> Vec<f32> {
    shape(seconds, |t| {
        let tones = ratios.iter().enumerate().map(|(i, r)| (TAU * root_hz * r * t + i as f32).sin());
        gain * tones.sum::<f32>() * (t / 0.03).min(1.0) * ((seconds - t) / 0.05).clamp(0.0, 1.0)
    })
}

/// Adds `sound` to `music` from `seconds` on; what does not fit is cut.
///
/// ```
/// use eightcount_audio::evaluation::instruments::mix;
/// let mut music = [0.0; 4];
/// mix(&mut music, &[1.0, 1.0, 1.0], 2.0 / 44_100.0, 0.5);
/// assert_eq!(music, [0.0, 0.0, 0.5, 0.5]);
/// ```
pub fn mix(music: &mut [f32], sound: &[f32], seconds: f64, gain: f32) {
    let start = (seconds * f64::from(SAMPLE_RATE)).round();
    if start < 0.0 || start >= music.len() as f64 {
        return;
    }
    for (m, s) in music[start as usize..].iter_mut().zip(sound) {
        *m += gain * s;
    }
}

/// Frequency of a MIDI note, hertz (69 is A at 440).
///
/// ```
/// assert_eq!(eightcount_audio::evaluation::instruments::midi_hz(57.0), 220.0);
/// ```
pub fn midi_hz(note: f32) -> f32 {
    440.0 * ((note - 69.0) / 12.0).exp2()
}
