//! Watching frame by frame.

use super::background::Background;
use super::frame::{GrayFrame, WatchError};
use super::subject::{Mask, Subject, main_subject};
use super::watched::{FrameFact, Watched};
use eightcount_domain::FrameRate;

/// Grey levels of change between two frames that count as nothing: compression noise.
const STILL: u8 = 8;
/// Share of all pixels that change by more than [`CUT_LEVELS`] when the picture itself cuts.
const CUT_SHARE: f32 = 0.45;
/// Grey levels of change that count towards a cut.
const CUT_LEVELS: u8 = 24;

/// Sees every frame of a performance once, in order.
pub struct Watcher {
    background: Background,
    before: Option<Vec<u8>>,
    subject: Option<Subject>,
    watched: Watched,
}

impl Watcher {
    /// A watcher who knows the stage. `fps` is the rate of the frames that will be pushed.
    pub fn new(background: Background, fps: FrameRate) -> Self {
        Self { background, before: None, subject: None, watched: Watched::new(fps) }
    }

    /// Sees the next frame.
    ///
    /// # Errors
    /// [`WatchError::SizeChanged`] when it is not of the background's size; the watcher is as before then.
    pub fn push(&mut self, frame: &GrayFrame<'_>) -> Result<(), WatchError> {
        let size = self.background.size;
        if frame.width() != size.width || frame.height() != size.height {
            return Err(WatchError::SizeChanged);
        }
        let pixels = frame.pixels();
        let mask = self.foreground(pixels).without_specks();
        let subject = main_subject(&mask, self.subject.as_ref().map(|s| &s.place));
        let cut = self.before.as_deref().is_some_and(|before| is_cut(before, pixels));
        let motion = match &self.before {
            Some(before) if !cut => motion(before, pixels, self.subject.as_ref(), subject.as_ref()),
            _ => 0.0,
        };
        self.watched.frames.push(FrameFact {
            place: subject.as_ref().map(|s| s.place),
            outline: subject.as_ref().map(|s| s.outline),
            whole: subject.as_ref().is_some_and(|s| s.whole),
            motion,
            cut,
        });
        match &mut self.before {
            Some(before) => before.copy_from_slice(pixels),
            None => self.before = Some(pixels.to_vec()),
        }
        // A subject lost for a frame or two is remembered, so that it is found again and not somebody else.
        if subject.is_some() || cut {
            self.subject = subject;
        }
        Ok(())
    }

    /// All that was seen.
    pub fn finish(self) -> Watched {
        self.watched
    }

    /// The pixels that differ from the background, the picture's overall brightening or darkening aside.
    fn foreground(&self, pixels: &[u8]) -> Mask {
        let level = &self.background.level;
        let shift = median_shift(level, pixels);
        let mut mask = Mask::empty(self.background.size);
        for (p, (&now, &stage)) in pixels.iter().zip(level).enumerate() {
            mask.set(p, (f32::from(now) - f32::from(stage) - shift).abs() > self.background.threshold);
        }
        mask
    }
}

/// Median difference from the background in grey levels, by every seventh pixel; at most 40 either way, since
/// more is not light but another picture.
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

fn is_cut(before: &[u8], now: &[u8]) -> bool {
    let changed = before.iter().zip(now).filter(|(a, b)| a.abs_diff(**b) > CUT_LEVELS).count();
    changed as f32 > CUT_SHARE * now.len() as f32
}

/// Change of the picture where the subject was or is, as a share of the subject's own area: 0 (still) to about
/// 2 (black became white everywhere it was and is). 0 without a subject.
fn motion(before: &[u8], now: &[u8], was: Option<&Subject>, is: Option<&Subject>) -> f32 {
    let sum = |subject: Option<&Subject>| {
        let pixels = subject.map_or(&[][..], |s| &s.pixels[..]);
        let change = |&p: &u32| u32::from(before[p as usize].abs_diff(now[p as usize]).saturating_sub(STILL));
        (pixels.iter().map(change).sum::<u32>() as f32, pixels.len() as f32)
    };
    let ((left, left_area), (arrived, arrived_area)) = (sum(was), sum(is));
    let area = left_area.max(arrived_area);
    if area > 0.0 { (left + arrived) / (255.0 * area) } else { 0.0 }
}
