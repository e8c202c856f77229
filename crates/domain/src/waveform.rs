//! The outline of a sound, at several zooms.
//!
//! Kept at the finest zoom; each coarser one is worked out of it, so that no zoom shows a peak that another hides.

/// Samples of one point at each zoom, coarsest first; each is a multiple of the next.
const SAMPLES_PER_POINT: [u32; 5] = [32_768, 8_192, 2_048, 512, Waveform::FINEST];

/// The lowest and highest sample of each stretch of a sound, -127 to 127 for full scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waveform {
    sample_rate_hz: u32,
    finest: Vec<[i8; 2]>,
}

/// A part of a waveform at one zoom.
#[derive(Clone, Debug, PartialEq)]
pub struct WaveformPart {
    /// Points in a second.
    pub points_per_second: f64,
    /// Where the first point starts, seconds.
    pub start_s: f64,
    /// Lowest and highest sample of each point, -127 to 127.
    pub peaks: Vec<[i8; 2]>,
}

impl Waveform {
    /// Samples of one point at the finest zoom.
    pub const FINEST: u32 = 128;

    /// Out of the lowest and highest sample of every [`Self::FINEST`] samples; the last point may stand for fewer.
    pub fn new(sample_rate_hz: u32, finest: Vec<[i8; 2]>) -> Self {
        Self { sample_rate_hz, finest }
    }

    /// Points in a second at each zoom, coarsest first.
    pub fn zooms(&self) -> [f64; SAMPLES_PER_POINT.len()] {
        SAMPLES_PER_POINT.map(|samples| f64::from(self.sample_rate_hz) / f64::from(samples))
    }

    /// The points that touch `from..to` (seconds, `to` none for the end) at the coarsest zoom that has
    /// `points_per_second`, or the finest; at a coarser one where that would be more than `most` points, the coarsest
    /// excepted.
    pub fn part(&self, points_per_second: f64, from: f64, to: Option<f64>, most: usize) -> WaveformPart {
        let zooms = self.zooms();
        let wanted = zooms.iter().position(|zoom| *zoom >= points_per_second).unwrap_or(zooms.len() - 1);
        let range = |zoom: usize| {
            let points = self.finest.len().div_ceil(group(zoom));
            let place = |time: f64| (time.max(0.0) * zooms[zoom]) as usize;
            let end = to.map_or(points, |to| points.min((to.max(0.0) * zooms[zoom]).ceil() as usize));
            place(from).min(end)..end
        };
        let zoom = (0..=wanted).rev().find(|zoom| range(*zoom).len() <= most).unwrap_or(0);
        let range = range(zoom);
        WaveformPart {
            points_per_second: zooms[zoom],
            start_s: range.start as f64 / zooms[zoom],
            peaks: self.finest.chunks(group(zoom)).skip(range.start).take(range.len()).map(merged).collect(),
        }
    }

    /// As bytes: the sample rate (four bytes, little-endian), then lowest and highest sample of each point.
    pub fn to_bytes(&self) -> Vec<u8> {
        let peaks = self.finest.iter().flatten().map(|sample| sample.to_le_bytes()[0]);
        self.sample_rate_hz.to_le_bytes().into_iter().chain(peaks).collect()
    }

    /// Out of such bytes; none where they are no waveform.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (rate, peaks) = bytes.split_first_chunk::<4>()?;
        let sample_rate_hz = u32::from_le_bytes(*rate);
        let pairs = peaks.chunks_exact(2);
        let whole = pairs.remainder().is_empty() && sample_rate_hz > 0;
        let finest = pairs.map(|pair| [i8::from_le_bytes([pair[0]]), i8::from_le_bytes([pair[1]])]);
        whole.then(|| Self { sample_rate_hz, finest: finest.collect() })
    }
}

/// Points of the finest zoom in one of another.
fn group(zoom: usize) -> usize {
    (SAMPLES_PER_POINT[zoom] / Waveform::FINEST) as usize
}

fn merged(peaks: &[[i8; 2]]) -> [i8; 2] {
    peaks.iter().fold([i8::MAX, i8::MIN], |[low, high], [l, h]| [low.min(*l), high.max(*h)])
}

#[cfg(test)]
mod tests {
    // Powers of two, exact.
    #![allow(clippy::float_cmp)]
    use super::*;
    use proptest::prelude::*;

    fn any_waveform() -> impl Strategy<Value = Waveform> {
        let peaks = proptest::collection::vec([-127i8..=0, 0i8..=127], 0..2_000);
        (1u32..100_000, peaks).prop_map(|(rate, peaks)| Waveform::new(rate, peaks))
    }

    #[test]
    fn a_wanted_zoom_is_found() {
        let waveform = Waveform::new(32_768, vec![[-1, 1]; 2_560]);
        assert_eq!(waveform.zooms(), [1.0, 4.0, 16.0, 64.0, 256.0]);
        let all = |wanted: f64, most: usize| {
            let part = waveform.part(wanted, 0.0, None, most);
            (part.points_per_second, part.peaks.len())
        };
        assert_eq!(all(0.0, 9_999), (1.0, 10));
        assert_eq!(all(4.0, 9_999), (4.0, 40));
        assert_eq!(all(4.1, 9_999), (16.0, 160));
        assert_eq!(all(1e9, 9_999), (256.0, 2_560));
        assert_eq!(all(1e9, 700), (64.0, 640), "not more than what is taken");
        assert_eq!(all(1e9, 0), (1.0, 10), "the coarsest is always given");
        let part = waveform.part(16.0, 2.03, Some(3.01), 9_999);
        assert_eq!((part.start_s, part.peaks.len()), (2.0, 17));
    }

    proptest! {
        #[test]
        fn no_zoom_loses_a_peak(waveform in any_waveform(), wanted in 0.0..1e3f64, most in 0usize..3_000) {
            let part = waveform.part(wanted, 0.0, None, most);
            let low = |peaks: &[[i8; 2]]| peaks.iter().map(|p| p[0]).min();
            let high = |peaks: &[[i8; 2]]| peaks.iter().map(|p| p[1]).max();
            prop_assert_eq!(low(&part.peaks), low(&waveform.finest));
            prop_assert_eq!(high(&part.peaks), high(&waveform.finest));
        }

        #[test]
        fn parts_are_cut_out_of_the_whole(waveform in any_waveform(), wanted in any::<f64>(), from in any::<f64>(), to in any::<f64>()) {
            let part = waveform.part(wanted, from, Some(to), usize::MAX);
            let whole = waveform.part(part.points_per_second, 0.0, None, usize::MAX);
            let first = (part.start_s * part.points_per_second).round() as usize;
            prop_assert_eq!(&part.peaks[..], &whole.peaks[first..first + part.peaks.len()]);
        }

        #[test]
        fn bytes_keep_everything(waveform in any_waveform(), cut in 0usize..4_005) {
            let bytes = waveform.to_bytes();
            prop_assert_eq!(Waveform::from_bytes(&bytes), Some(waveform));
            let _ = Waveform::from_bytes(&bytes[..cut.min(bytes.len())]);
        }
    }
}
