//! From frames to seconds: sub-frame refinement of beats.
//!
//! The onset of a beat is found to a fraction of a frame from the three values around its peak; where the tempo
//! is steady, a weighted parabola through the neighbouring beats takes the rest of the jitter out.

use crate::{pulse::Beat, spectrum::FRAMES_PER_SECOND};

/// The flux of a window of 2048 samples peaks this long after the onset it sees (measured on clicks,
/// drums and chords at known times); negative: before it.
pub(crate) const FLUX_LATE_S: f64 = -0.006;
/// Beats on either side that are looked at.
const REACH: usize = 4;
/// Where beats stray further than this from the parabola (root mean square, seconds), they are left alone:
/// a player's timing, or a change of tempo.
const STEADY_S: f64 = 0.008;

/// A beat in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimedBeat {
    /// Seconds from the first sample.
    pub(crate) time: f64,
    /// Onset strength, 0 (none: the beat was inferred) to 1.
    pub(crate) strength: f32,
}

/// Refines beats found in `pulse`, whose first frame is frame `offset` of the song.
pub(crate) fn refine(pulse: &[f32], beats: &[Beat], offset: usize) -> Vec<TimedBeat> {
    let raw: Vec<TimedBeat> = beats.iter().map(|&b| peak(pulse, b, offset)).collect();
    let smooth = (0..raw.len()).map(|i| TimedBeat { time: smoothed(&raw, i), ..raw[i] });
    ascending(smooth.collect())
}

fn peak(pulse: &[f32], beat: Beat, offset: usize) -> TimedBeat {
    let from = beat.frame.saturating_sub(1);
    let to = (beat.frame + beat.onset_frames() + 1).min(pulse.len());
    let at = |i: usize| pulse.get(i).copied().unwrap_or(0.0);
    let highest = (from..to).fold(beat.frame, |best, i| if at(i) > at(best) { i } else { best });
    let strength = at(highest);
    let before = highest.checked_sub(1).map_or(0.0, at);
    let after = at(highest + 1);
    let bend = before - 2.0 * strength + after;
    let shift = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    let frames = (highest + offset) as f64 + f64::from(shift);
    TimedBeat { time: frames / FRAMES_PER_SECOND - FLUX_LATE_S, strength }
}

/// The time of beat `i` on a parabola through its neighbours, if they lie on one.
fn smoothed(beats: &[TimedBeat], i: usize) -> f64 {
    let around = i.saturating_sub(REACH)..(i + REACH + 1).min(beats.len());
    let points: Vec<[f64; 3]> = around
        .map(|k| [k as f64 - i as f64, beats[k].time - beats[i].time, 0.02 + f64::from(beats[k].strength)])
        .collect();
    if points.len() < 2 * REACH {
        return beats[i].time;
    }
    let Some(fit) = parabola(&points) else { return beats[i].time };
    let weight: f64 = points.iter().map(|p| p[2]).sum();
    let stray: f64 =
        points.iter().map(|&[x, y, w]| w * (fit[0] + fit[1] * x + fit[2] * x * x - y).powi(2)).sum();
    if (stray / weight).sqrt() < STEADY_S { beats[i].time + fit[0] } else { beats[i].time }
}

/// Weighted least squares `y = c0 + c1 x + c2 x²` through `[x, y, weight]`; none when the points do not fix one.
fn parabola(points: &[[f64; 3]]) -> Option<[f64; 3]> {
    let mut s = [0.0; 5];
    let mut r = [0.0; 3];
    for &[x, y, w] in points {
        for (k, sum) in (0..).zip(&mut s) {
            *sum += w * x.powi(k);
        }
        for (k, sum) in (0..).zip(&mut r) {
            *sum += w * y * x.powi(k);
        }
    }
    let rows = [[s[0], s[1], s[2]], [s[1], s[2], s[3]], [s[2], s[3], s[4]]];
    let whole = determinant(&rows);
    if whole.abs() < 1e-9 {
        return None;
    }
    let with = |column: usize| {
        let mut rows = rows;
        for (row, value) in rows.iter_mut().zip(r) {
            row[column] = value;
        }
        determinant(&rows) / whole
    };
    Some([with(0), with(1), with(2)])
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    let minor = |a: usize, b: usize| m[1][a] * m[2][b] - m[1][b] * m[2][a];
    m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
}

/// Drops what refinement pushed before the song or out of order.
fn ascending(beats: Vec<TimedBeat>) -> Vec<TimedBeat> {
    let mut kept: Vec<TimedBeat> = Vec::with_capacity(beats.len());
    for beat in beats {
        let last = kept.last().map_or(f64::NEG_INFINITY, |b| b.time);
        if beat.time >= 0.0 && beat.time > last + 1e-3 {
            kept.push(beat);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_is_found_again() {
        let points: Vec<[f64; 3]> =
            (-4..=4).map(f64::from).map(|x| [x, 0.3 - 0.5 * x + 0.01 * x * x, 1.0]).collect();
        let [a, b, c] = parabola(&points).unwrap_or_default();
        assert!((a - 0.3).abs() < 1e-9 && (b + 0.5).abs() < 1e-9 && (c - 0.01).abs() < 1e-9);
        assert_eq!(parabola(&[[0.0, 1.0, 1.0]; 9]), None);
    }
}
