//! Signs by which the first beat of a bar is known, beat by beat.

use crate::{
    flux::Flux,
    spectrum::{BANDS, FRAMES_PER_SECOND, PITCHES, Spectrum},
};

/// Signs of a beat: three onsets; change of harmony over one, two and four beats; of the bass over one and two; of
/// the timbre over one, two, four and eight; the bass itself; how unlike the song's other beats its onset sounds.
pub(crate) const SIGNS: usize = 14;
/// Bands of the bass, up to about 160 Hz.
const BASS: usize = 22;
/// Frames in which the onset of a beat sounds.
const ONSET: usize = 5;
/// Frames on either side of a beat in which its onset is looked for.
const NEAR: usize = 4;

/// The signs of each beat at `times` (seconds), each sign a standard score over all beats.
pub(crate) fn signs(times: &[f64], spectrum: &Spectrum, flux: &Flux) -> Vec<[f32; SIGNS]> {
    let spans = spans(times, flux.bands.len());
    let harmony: Vec<[f32; PITCHES]> = means(&spectrum.chroma, &spans).into_iter().map(unit).collect();
    let timbre: Vec<[f32; BANDS]> = means(&flux.bands, &spans);
    let bass: Vec<[f32; BASS]> = timbre.iter().map(|bands| std::array::from_fn(|b| bands[b])).collect();
    let [low, mid, high] = flux.bands_normalised();
    let onset = |stream: &[f32]| -> Vec<f32> { spans.iter().map(|span| peak_near(stream, span.0)).collect() };
    let columns: [Vec<f32>; SIGNS] = [
        onset(&low),
        onset(&mid),
        onset(&high),
        changes(&harmony, 1, angle),
        changes(&harmony, 2, angle),
        changes(&harmony, 4, angle),
        changes(&bass, 1, distance),
        changes(&bass, 2, distance),
        changes(&timbre, 1, distance),
        changes(&timbre, 2, distance),
        changes(&timbre, 4, distance),
        changes(&timbre, 8, distance),
        bass.iter().map(|bands| bands.iter().sum::<f32>() / BASS as f32).collect(),
        unlikeness(&flux.bands, &spans),
    ];
    let columns = columns.map(|column| standard(&column));
    (0..times.len()).map(|beat| std::array::from_fn(|sign| columns[sign][beat])).collect()
}

/// How much the harmony changes over `reach` beats at each beat at `times`, a standard score.
pub(crate) fn harmony_changes(times: &[f64], spectrum: &Spectrum, reach: usize) -> Vec<f32> {
    let chroma = means(&spectrum.chroma, &spans(times, spectrum.chroma.len()));
    let harmony: Vec<[f32; PITCHES]> = chroma.into_iter().map(unit).collect();
    standard(&changes(&harmony, reach, angle))
}

/// First and last frame (exclusive, at least one later) of each beat.
fn spans(times: &[f64], frames: usize) -> Vec<(usize, usize)> {
    let frame = |time: &f64| ((time * FRAMES_PER_SECOND).round().max(0.0) as usize).min(frames);
    let ends = times.iter().skip(1).map(frame).chain([frames]);
    times.iter().map(frame).zip(ends).map(|(from, to)| (from, to.max(from))).collect()
}

/// How far the loudest of each band in the first frames of each beat is from its mean over all beats.
fn unlikeness(bands: &[[f32; BANDS]], spans: &[(usize, usize)]) -> Vec<f32> {
    let loudest = |&(from, _): &(usize, usize)| {
        let onset = &bands[from..(from + ONSET).min(bands.len())];
        onset.iter().fold([0.0f32; BANDS], |loudest, frame| std::array::from_fn(|b| loudest[b].max(frame[b])))
    };
    let onsets: Vec<[f32; BANDS]> = spans.iter().map(loudest).collect();
    let usual = sum(&onsets).map(|x| x / onsets.len().max(1) as f32);
    onsets.iter().map(|onset| distance(onset, &usual)).collect()
}

fn peak_near(stream: &[f32], frame: usize) -> f32 {
    let near = frame.saturating_sub(NEAR).min(stream.len())..(frame + NEAR + 1).min(stream.len());
    stream[near].iter().copied().fold(0.0, f32::max)
}

fn means<const N: usize>(frames: &[[f32; N]], spans: &[(usize, usize)]) -> Vec<[f32; N]> {
    let mean = |&(from, to): &(usize, usize)| {
        let sum = sum(&frames[from..to]);
        sum.map(|x| x / (to - from).max(1) as f32)
    };
    spans.iter().map(mean).collect()
}

fn sum<const N: usize>(vectors: &[[f32; N]]) -> [f32; N] {
    let mut sum = [0.0; N];
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(s, x)| *s += x);
    }
    sum
}

fn unit<const N: usize>(vector: [f32; N]) -> [f32; N] {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 { vector.map(|x| x / length) } else { vector }
}

/// How the mean of the `reach` vectors from each on differs from that of the `reach` before; 0 where there are not
/// so many.
fn changes<const N: usize>(
    vectors: &[[f32; N]],
    reach: usize,
    differ: impl Fn(&[f32; N], &[f32; N]) -> f32,
) -> Vec<f32> {
    let mean = |part: &[[f32; N]]| sum(part).map(|x| x / reach as f32);
    let at = |i: usize| {
        if i < reach || i + reach > vectors.len() {
            return 0.0;
        }
        differ(&mean(&vectors[i - reach..i]), &mean(&vectors[i..i + reach]))
    };
    (0..vectors.len()).map(at).collect()
}

/// One minus the cosine.
fn angle<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    let dot = |x: &[f32; N], y: &[f32; N]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f32>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 1e-9 { 1.0 - dot(a, b) / lengths } else { 0.0 }
}

fn distance<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f32>().sqrt()
}

/// Standard scores; all zero when nothing varies.
fn standard(values: &[f32]) -> Vec<f32> {
    let n = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt();
    let scale = if deviation > 1e-6 { 1.0 / deviation } else { 0.0 };
    values.iter().map(|v| (v - mean) * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_varies_in_nothing() {
        assert!(standard(&[]).is_empty());
        assert!(standard(&[3.0; 5]).iter().all(|score| score.abs() < 1e-6));
    }

    #[test]
    fn a_change_shows_where_it_is() {
        let vectors: Vec<[f32; 2]> = (0..16).map(|i| if i < 8 { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
        for reach in [1, 2, 4, 8] {
            let change = changes(&vectors, reach, angle);
            assert!(
                (change[8] - 1.0).abs() < 1e-6 && change[8] >= change.iter().copied().fold(0.0, f32::max)
            );
        }
        assert!(changes(&vectors, 9, distance).iter().all(|change| change.abs() < 1e-6));
    }
}
