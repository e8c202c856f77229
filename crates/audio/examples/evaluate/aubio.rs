//! aubio's beat tracker, as its own program runs it.

use aubio_rs::{OnsetMode, Tempo};
use eightcount_audio::SAMPLE_RATE;

const WINDOW: usize = 1024;
const HOP: usize = 512;

/// Beat times, seconds, ascending.
pub fn beats(pcm: &[f32]) -> Vec<f64> {
    let Ok(mut tempo) = Tempo::new(OnsetMode::SpecFlux, WINDOW, HOP, SAMPLE_RATE) else { return Vec::new() };
    let mut beats: Vec<f64> = Vec::new();
    for hop in pcm.chunks_exact(HOP) {
        if tempo.do_result(hop).is_ok_and(|beat| beat > 0.0) {
            let time = tempo.get_last() as f64 / f64::from(SAMPLE_RATE);
            if beats.last().is_none_or(|last| *last < time) {
                beats.push(time);
            }
        }
    }
    beats
}
