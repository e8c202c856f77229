//! The channels of a sound: what each adds to the mix that is heard, and to its loudness.
//!
//! The mix is that of ffmpeg's `-ac 1`: front channels that are not the middle at half their power, those behind and
//! beside at a quarter of it, no bass effects. Loudness is that of ITU-R BS.1770-4, in which those behind and beside
//! weigh 1.41 and bass effects nothing.

use crate::MediaError;
use ebur128::{Channel, EbuR128, Mode};
use std::f32::consts::FRAC_1_SQRT_2;

/// Most channels of a sound.
const MOST: usize = 64;
/// Where speakers stand, by the bits of a WAVE file's channel mask: front left, right, middle, bass effects, back left
/// and right, left and right of the middle, back middle, sides, above.
const SPEAKERS: [(f32, Channel); 18] = [
    (FRAC_1_SQRT_2, Channel::Left),
    (FRAC_1_SQRT_2, Channel::Right),
    (1.0, Channel::Center),
    (0.0, Channel::Unused),
    (0.5, Channel::LeftSurround),
    (0.5, Channel::RightSurround),
    (FRAC_1_SQRT_2, Channel::Left),
    (FRAC_1_SQRT_2, Channel::Right),
    (0.5, Channel::LeftSurround),
    (0.5, Channel::LeftSurround),
    (0.5, Channel::RightSurround),
    (0.5, Channel::Center),
    (0.5, Channel::Left),
    (0.5, Channel::Center),
    (0.5, Channel::Right),
    (0.5, Channel::LeftSurround),
    (0.5, Channel::LeftSurround),
    (0.5, Channel::RightSurround),
];

/// The channels of a sound, in the order of their samples.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Channels(Vec<(f32, Channel)>);

impl Channels {
    /// So many channels where a WAVE file's mask says; where it does not say, one in the middle, two left and right,
    /// and more all around. None for no channels and for more than 64.
    pub(crate) fn new(count: usize, mask: u32) -> Option<Self> {
        let named: Vec<_> =
            (0..).zip(SPEAKERS).filter(|(bit, _)| mask >> bit & 1 == 1).map(|s| s.1).collect();
        match count {
            0 => None,
            1 => Some(Self(vec![(1.0, Channel::Center)])),
            _ if named.len() == count => Some(Self(named)),
            2 => Some(Self(SPEAKERS[..2].to_vec())),
            3..=MOST => Some(Self(vec![(1.0 / (count as f32).sqrt(), Channel::Center); count])),
            _ => None,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Adds the mix of interleaved samples.
    pub(crate) fn mix(&self, interleaved: &[f32], mixed: &mut Vec<f32>) {
        match self.0[..] {
            [_] => mixed.extend_from_slice(interleaved),
            [(left, _), (right, _)] => {
                let (frames, _) = interleaved.as_chunks::<2>();
                mixed.extend(frames.iter().map(|frame| frame[0] * left + frame[1] * right));
            }
            _ => {
                let frame =
                    |frame: &[f32]| frame.iter().zip(&self.0).map(|(x, (gain, _))| x * gain).sum::<f32>();
                mixed.extend(interleaved.chunks_exact(self.count()).map(frame));
            }
        }
    }

    /// A meter of the loudness of the whole, by EBU R 128.
    pub(crate) fn meter(&self, rate_hz: u32) -> Result<EbuR128, MediaError> {
        let mut meter = EbuR128::new(self.count() as u32, rate_hz, Mode::I).map_err(MediaError::Loudness)?;
        let places: Vec<Channel> = self.0.iter().map(|(_, place)| *place).collect();
        meter.set_channel_map(&places).map_err(MediaError::Loudness)?;
        Ok(meter)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RATE_HZ: u32 = 44_100;

    /// A second of a sine of 1 kHz on each channel that has an amplitude.
    fn tones(amplitudes: &[f32]) -> Vec<f32> {
        let sine = |i: u32| (std::f32::consts::TAU * 1000.0 * i as f32 / RATE_HZ as f32).sin();
        (0..RATE_HZ).flat_map(|i| amplitudes.iter().map(move |a| a * sine(i))).collect()
    }

    fn lufs(mask: u32, amplitudes: &[f32]) -> f64 {
        let mut meter = Channels::new(amplitudes.len(), mask).unwrap().meter(RATE_HZ).unwrap();
        for _ in 0..5 {
            meter.add_frames_f32(&tones(amplitudes)).unwrap();
        }
        meter.loudness_global().unwrap()
    }

    /// EBU Tech 3341, tests 1 and 6: a sine of -23 dBFS left and right reads -23 LUFS; so does one that is quieter in
    /// the middle and behind, whatever the bass effects do.
    #[test]
    fn reference_sines_read_as_the_standard_says() {
        let level = |dbfs: f32| 10f32.powf(dbfs / 20.0);
        let both = lufs(0b11, &[level(-23.0); 2]);
        assert!((both + 23.0).abs() < 0.1, "{both}");
        let around = [-28.0, -28.0, -24.0, -10.0, -30.0, -30.0].map(level);
        for mask in [0b11_1111, 0b110_0000_1111] {
            let around = lufs(mask, &around);
            assert!((around + 23.0).abs() < 0.1, "{around}");
        }
        let one = lufs(0, &[level(-23.0)]);
        assert!((one + 26.0).abs() < 0.1, "{one}");
    }

    #[test]
    fn any_number_of_channels_is_mixed_or_refused() {
        assert!(Channels::new(0, 0).is_none() && Channels::new(65, 0).is_none());
        for count in 1..=64 {
            let channels = Channels::new(count, 0).unwrap();
            let mut mixed = Vec::new();
            channels.mix(&vec![0.5; 3 * count], &mut mixed);
            assert_eq!((channels.count(), mixed.len()), (count, 3));
            assert!(mixed.iter().all(|x| x.is_finite() && *x > 0.4), "{count}");
        }
    }
}
