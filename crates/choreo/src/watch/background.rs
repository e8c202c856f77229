//! What a performance looks like without its dancer: in brightness, and apart from it in each difference of colour,
//! because blue legs may be as bright as a red wall.
//!
//! The per-pixel median over frames sampled from the whole performance removes whoever moves about, and keeps
//! whatever never moves: stage, captions, logos. A dancer who stays on one spot would become part of such a
//! median (the torso covers its pixels most of the time). So where the picture changes at all, each row of the
//! stage is compared with what lies left and right of the changing region: where both sides agree, the stage is
//! plain there, and anything else that touches the changing region is the dancer, not the stage.

use super::frame::{Frame, WatchError};
use super::subject::{Mask, Size};

/// Grey levels between the 10th and the 90th percentile of a pixel above which it changes.
const CHANGING: u8 = 24;
/// Grey levels by which the two sides of a row may differ and still be one plain stage.
const PLAIN: f32 = 24.0;
/// Grey levels by which pixels beside the changing part may lie off the line through them.
const UNEVEN: f32 = 8.0;
/// Grey levels from the plain stage above which a pixel is something else.
const OTHER: f32 = 14.0;
/// Smallest threshold between background and subject, grey levels: above compression noise.
const LEAST_THRESHOLD: f32 = 14.0;

/// The stage without its dancer: brightness, and the differences of blue and red where the frames have them.
#[derive(Clone, Debug)]
pub struct Background {
    pub(super) planes: Vec<Plane>,
}

/// One plane of it.
#[derive(Clone, Debug)]
pub struct Plane {
    pub(super) size: Size,
    pub(super) level: Vec<u8>,
    /// Levels from the background above which a pixel is the subject's.
    pub(super) threshold: f32,
}

impl Background {
    /// Learns the background from frames sampled evenly over the performance; 25 to 60 are a good number.
    /// One frame is its own background: then nobody is seen until something differs from it.
    ///
    /// # Errors
    /// [`WatchError::SampleCount`] for no frames or more than 255, [`WatchError::SizeChanged`] when they
    /// differ in size or colour.
    pub fn of(samples: &[Frame<'_>]) -> Result<Self, WatchError> {
        let first = match samples {
            [first, ..] if samples.len() <= 255 => first,
            _ => return Err(WatchError::SampleCount(samples.len())),
        };
        if samples.iter().any(|sample| !sample.is_like(first)) {
            return Err(WatchError::SizeChanged);
        }
        let plane = |(i, (size, _))| {
            let pixels: Vec<&[u8]> =
                samples.iter().filter_map(|s| s.each_plane().nth(i)).map(|(_, pixels)| pixels).collect();
            Plane::of(size, &pixels)
        };
        Ok(Self { planes: first.each_plane().enumerate().map(plane).collect() })
    }

    /// The pixels of a frame that differ from the stage; none when it is of another size or has no colour where the
    /// stage has.
    pub(super) fn differs(&self, frame: &Frame<'_>) -> Option<Mask> {
        let (luma, tints) = self.planes.split_first()?;
        let mut pixels = frame.each_plane();
        let mut mask = luma.differs(pixels.next()?)?;
        for tint in tints {
            mask.add_half(&tint.differs(pixels.next()?)?);
        }
        Some(mask)
    }
}

impl Plane {
    fn of(size: Size, samples: &[&[u8]]) -> Self {
        let n = samples.len();
        let mut level = Vec::with_capacity(size.pixels());
        let mut changing = Mask::empty(size);
        let mut spreads = [0_u32; 256];
        let mut column = vec![0_u8; n];
        for p in 0..size.pixels() {
            for (value, sample) in column.iter_mut().zip(samples) {
                *value = sample[p];
            }
            column.sort_unstable();
            level.push(column[n / 2]);
            changing.set(p, column[n - 1 - n / 10] - column[n / 10] > CHANGING);
            spreads[usize::from(column[n - 1 - n / 4] - column[n / 4])] += 1;
        }
        let changing = changing.without_specks();
        uncover(size, &mut level, &changing);
        Self { size, level, threshold: threshold(&spreads, size.pixels()) }
    }

    /// The pixels that differ from the stage, an overall shift (more light, or of another colour) aside.
    fn differs(&self, (size, pixels): (Size, &[u8])) -> Option<Mask> {
        if size != self.size {
            return None;
        }
        let shift = median_shift(&self.level, pixels);
        let mut mask = Mask::empty(size);
        for (p, (&now, &stage)) in pixels.iter().zip(&self.level).enumerate() {
            mask.set(p, (f32::from(now) - f32::from(stage) - shift).abs() > self.threshold);
        }
        Some(mask)
    }
}

/// Median difference from the background, by every seventh pixel; at most 40 levels either way, since more is not light
/// but another picture.
fn median_shift(level: &[u8], pixels: &[u8]) -> f32 {
    let mut counts = [0_usize; 511];
    let mut total = 0;
    for (&now, &stage) in pixels.iter().zip(level).step_by(7) {
        counts[255 + usize::from(now) - usize::from(stage)] += 1;
        total += 1;
    }
    let mut below = 0;
    let median = counts.iter().position(|&count| {
        below += count;
        2 * below >= total
    });
    (median.unwrap_or(255) as f32 - 255.0).clamp(-40.0, 40.0)
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
    let side = (size.width / 16).max(4);
    let reach = size.width / 12;
    let from = extent.left.saturating_sub(reach).max(side);
    let to = (extent.right + reach).min(size.width - side);
    if from > extent.left || to < extent.right {
        return;
    }
    let mut stage = vec![None; size.pixels()];
    let mut other = changing.clone();
    for y in 0..size.height {
        let row = &level[y * size.width..][..size.width];
        let Some(plain) = PlainRow::of(row, from, to, side) else { continue };
        for x in from..to {
            let plain = plain.at(x);
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

/// What a row of the stage looks like behind its changing part: a smooth curve that leaves both sides with
/// their own level and slope (cubic Hermite), as light falls off on a wall.
struct PlainRow {
    from: usize,
    length: f32,
    /// Level, and slope over the whole length, at each end.
    left: (f32, f32),
    right: (f32, f32),
}

impl PlainRow {
    /// None when the row is not plain: a side is uneven, or the sides disagree.
    fn of(row: &[u8], from: usize, to: usize, side: usize) -> Option<Self> {
        let (before, after) = (row.get(from.checked_sub(side)?..from)?, row.get(to..to + side)?);
        let (left, right) = (Line::through(before)?, Line::through(after)?);
        let length = (to - from) as f32;
        let ends = (left.at(side as f32), right.at(-1.0));
        let slopes = (left.slope * length, right.slope * length);
        ((ends.0 - ends.1).abs() <= PLAIN).then_some(Self {
            from,
            length,
            left: (ends.0, slopes.0),
            right: (ends.1, slopes.1),
        })
    }

    fn at(&self, x: usize) -> f32 {
        let t = (x - self.from) as f32 / self.length;
        let (t2, t3) = (t * t, t * t * t);
        let level = (2.0 * t3 - 3.0 * t2 + 1.0) * self.left.0 + (3.0 * t2 - 2.0 * t3) * self.right.0;
        let bend = (t3 - 2.0 * t2 + t) * self.left.1 + (t3 - t2) * self.right.1;
        (level + bend).clamp(0.0, 255.0)
    }
}

/// The straight line through some pixels, by least squares.
struct Line {
    level: f32,
    slope: f32,
}

impl Line {
    /// None when a pixel lies far off the line.
    fn through(pixels: &[u8]) -> Option<Self> {
        let n = pixels.len() as f32;
        let middle = (n - 1.0) / 2.0;
        let mean = pixels.iter().map(|&v| f32::from(v)).sum::<f32>() / n;
        let offsets = || (0..pixels.len()).map(|i| i as f32 - middle);
        let spread = offsets().map(|o| o * o).sum::<f32>();
        let slope = offsets().zip(pixels).map(|(o, &v)| o * (f32::from(v) - mean)).sum::<f32>() / spread;
        let line = Self { level: mean - slope * middle, slope };
        let even =
            pixels.iter().enumerate().all(|(i, &v)| (f32::from(v) - line.at(i as f32)).abs() <= UNEVEN);
        even.then_some(line)
    }

    fn at(&self, x: f32) -> f32 {
        self.level + self.slope * x
    }
}
