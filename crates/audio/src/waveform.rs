//! The waveform for display.

/// The lowest and highest sample of each of `points` equal parts of the audio, -127 to 127 for full scale
/// (louder is clipped, NaN counts as silence). No more points than samples: empty audio gives none.
///
/// ```
/// let peaks = eightcount_audio::waveform(&[0.5, -1.0, 0.0, 0.25], 2);
/// assert_eq!(peaks, [[-127, 64], [0, 32]]);
/// ```
pub fn waveform(pcm: &[f32], points: usize) -> Vec<[i8; 2]> {
    let points = points.min(pcm.len());
    let edge = |i: usize| (i as u128 * pcm.len() as u128 / points.max(1) as u128) as usize;
    (0..points).map(|i| extremes(&pcm[edge(i)..edge(i + 1)])).collect()
}

/// The lowest and highest sample of every `samples` samples (at least 1), as [`waveform`] gives them; the last part
/// may be shorter. Empty audio gives none.
///
/// ```
/// let peaks = eightcount_audio::outlined(&[0.5, -1.0, 0.25], 2);
/// assert_eq!(peaks, [[-127, 64], [32, 32]]);
/// ```
pub fn outlined(pcm: &[f32], samples: usize) -> Vec<[i8; 2]> {
    pcm.chunks(samples.max(1)).map(extremes).collect()
}

fn extremes(part: &[f32]) -> [i8; 2] {
    let start = part.iter().copied().find(|x| !x.is_nan()).unwrap_or(0.0);
    let (low, high) = part.iter().fold((start, start), |(l, h), &x| (l.min(x), h.max(x)));
    [low, high].map(|x| (x.clamp(-1.0, 1.0) * 127.0).round() as i8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_samples_stay_in_range() {
        assert_eq!(waveform(&[], 10), Vec::<[i8; 2]>::new());
        assert_eq!(waveform(&[f32::NAN], 10), [[0, 0]]);
        assert_eq!(waveform(&[f32::INFINITY, f32::NEG_INFINITY], 1), [[-127, 127]]);
    }

    #[test]
    fn every_sample_is_seen_once() {
        let mut pcm = vec![0.0; 1001];
        for i in 0..1001 {
            pcm[i] = 1.0;
            let seen = waveform(&pcm, 7).iter().filter(|p| p[1] == 127).count();
            assert_eq!(seen, 1, "sample {i}");
            pcm[i] = 0.0;
        }
    }
}
