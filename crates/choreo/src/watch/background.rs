//! What a performance looks like without its dancer.
//!
//! The per-pixel median over frames sampled from the whole performance removes whoever moves about, and keeps
//! whatever never moves: stage, captions, logos. A dancer who stays on one spot would become part of such a
//! median (the torso covers its pixels most of the time). So where the picture changes at all, each row of the
//! stage is compared with what lies left and right of the changing region: where both sides agree, the stage is
//! plain there, and anything else that touches the changing region is the dancer, not the stage.

use super::frame::{GrayFrame, WatchError};
use super::subject::{Mask, Size};

/// Grey levels between the 10th and the 90th percentile of a pixel above which it changes.
const CHANGING: u8 = 24;
/// Grey levels by which the two sides of a row may differ and still be one plain stage.
const PLAIN: f32 = 20.0;
/// Grey levels from the plain stage above which a pixel is something else.
const OTHER: f32 = 14.0;
/// Smallest threshold between background and subject, grey levels: above compression noise.
const LEAST_THRESHOLD: f32 = 14.0;

/// The stage without its dancer.
#[derive(Clone, Debug)]
pub struct Background {
    pub(super) size: Size,
    pub(super) level: Vec<u8>,
    /// Grey levels from the background above which a pixel is the subject's.
    pub(super) threshold: f32,
}

impl Background {
    /// Learns the background from frames sampled evenly over the performance; 25 to 60 are a good number.
    /// One frame is its own background: then nobody is seen until something differs from it.
    ///
    /// # Errors
    /// [`WatchError::SampleCount`] for no frames or more than 255, [`WatchError::SizeChanged`] when they
    /// differ in size.
    pub fn of(samples: &[GrayFrame<'_>]) -> Result<Self, WatchError> {
        let first = match samples {
            [first, ..] if samples.len() <= 255 => first,
            _ => return Err(WatchError::SampleCount(samples.len())),
        };
        let size = Size { width: first.width(), height: first.height() };
        if samples.iter().any(|s| s.width() != size.width || s.height() != size.height) {
            return Err(WatchError::SizeChanged);
        }
        let n = samples.len();
        let mut level = Vec::with_capacity(size.pixels());
        let mut changing = Mask::empty(size);
        let mut spreads = [0_u32; 256];
        let mut column = vec![0_u8; n];
        for p in 0..size.pixels() {
            for (value, sample) in column.iter_mut().zip(samples) {
                *value = sample.pixels()[p];
            }
            column.sort_unstable();
            level.push(column[n / 2]);
            changing.set(p, column[n - 1 - n / 10] - column[n / 10] > CHANGING);
            spreads[usize::from(column[n - 1 - n / 4] - column[n / 4])] += 1;
        }
        let changing = changing.without_specks();
        uncover(size, &mut level, &changing);
        Ok(Self { size, level, threshold: threshold(&spreads, size.pixels()) })
    }
}

/// A threshold above the noise of pixels that show the same thing: four times the median interquartile spread
/// (about three standard deviations), at least [`LEAST_THRESHOLD`] and at most 60 grey levels.
fn threshold(spreads: &[u32; 256], pixels: usize) -> f32 {
    let mut below = 0;
    let median = spreads.iter().position(|&count| {
        below += count as usize;
        2 * below >= pixels
    });
    (4.0 * median.unwrap_or(0) as f32).clamp(LEAST_THRESHOLD, 60.0)
}

/// Replaces by the plain stage what hides it for most of the time: see the module's description.
fn uncover(size: Size, level: &mut [u8], changing: &Mask) {
    let Some(extent) = changing.extent() else { return };
    // Shoulders may reach farther than waving hands: look a little beyond what changes.
    let side = (size.width / 32).max(3);
    let reach = size.width / 10;
    let from = extent.left.saturating_sub(reach).max(side);
    let to = (extent.right + reach).min(size.width - side);
    if from > extent.left || to < extent.right {
        return;
    }
    let mut stage = vec![None; size.pixels()];
    let mut other = changing.clone();
    for y in 0..size.height {
        let row = &level[y * size.width..][..size.width];
        let Some((left, right)) = sides(row, from, to, side) else { continue };
        for x in from..to {
            let along = (x - from) as f32 / (to - from) as f32;
            let plain = left + (right - left) * along;
            if (f32::from(row[x]) - plain).abs() > OTHER {
                stage[y * size.width + x] = Some(plain.round() as u8);
                other.set(y * size.width + x, true);
            }
        }
    }
    for blob in other.blobs() {
        if blob.pixels.iter().any(|&p| changing.has(p as usize)) {
            for &p in &blob.pixels {
                if let Some(plain) = stage[p as usize] {
                    level[p as usize] = plain;
                }
            }
        }
    }
}

/// The grey level beside both ends of a row's changing part, when the row is plain: neither side varies, and
/// they agree.
fn sides(row: &[u8], left: usize, right: usize, side: usize) -> Option<(f32, f32)> {
    let flat = |part: &[u8]| {
        let (low, high) = (part.iter().min()?, part.iter().max()?);
        let mean = part.iter().map(|&v| f32::from(v)).sum::<f32>() / part.len() as f32;
        (f32::from(high - low) <= PLAIN).then_some(mean)
    };
    let (a, b) = (flat(row.get(left.checked_sub(side)?..left)?)?, flat(row.get(right..right + side)?)?);
    ((a - b).abs() <= PLAIN).then_some((a, b))
}
