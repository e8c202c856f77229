//! The first look at every frame: how the camera moves, where the shots are, and what each stage looks like.

use super::background::Background;
use super::camera::CameraMove;
use super::frame::{GrayFrame, WatchError};
use super::shots::{Shot, Small, shots};
use eightcount_domain::FrameRate;

/// Frames from which a shot's background is learned, at most.
const SAMPLES: usize = 48;
/// Frames kept a second, from which those are taken.
const KEPT_A_SECOND: u32 = 2;

/// Sees every frame of a performance once, in order.
pub struct Scout {
    fps: FrameRate,
    size: Option<(usize, usize)>,
    before: Vec<u8>,
    small: Vec<Small>,
    moves: Vec<CameraMove>,
    kept: Vec<(usize, Vec<u8>)>,
}

/// What was found in the first look.
pub struct Survey {
    pub(super) fps: FrameRate,
    pub(super) moves: Vec<CameraMove>,
    pub(super) shots: Vec<Shot>,
    /// One for each shot.
    pub(super) backgrounds: Vec<Background>,
}

impl Scout {
    /// Of frames at a rate.
    pub fn new(fps: FrameRate) -> Self {
        Self { fps, size: None, before: Vec::new(), small: Vec::new(), moves: Vec::new(), kept: Vec::new() }
    }

    /// Sees the next frame.
    ///
    /// # Errors
    /// [`WatchError::SizeChanged`] when it is not of the size of the first; the scout is as before then.
    pub fn push(&mut self, frame: &GrayFrame<'_>) -> Result<(), WatchError> {
        let size = (frame.width(), frame.height());
        if *self.size.get_or_insert(size) != size {
            return Err(WatchError::SizeChanged);
        }
        let since = |pixels: &[u8]| {
            let before = GrayFrame::new(size.0, size.1, pixels);
            before.map_or_else(|_| CameraMove::default(), |before| CameraMove::between(&before, frame))
        };
        self.moves.push(since(&self.before));
        let index = self.small.len();
        self.small.push(Small::of(frame));
        if index.is_multiple_of((self.fps.get() / KEPT_A_SECOND) as usize) {
            self.kept.push((index, frame.pixels().to_vec()));
        }
        self.before.clear();
        self.before.extend_from_slice(frame.pixels());
        Ok(())
    }

    /// What was found.
    ///
    /// # Errors
    /// [`WatchError::SampleCount`] when there was no frame.
    pub fn finish(self) -> Result<Survey, WatchError> {
        let (width, height) = self.size.ok_or(WatchError::SampleCount(0))?;
        let shots = shots(&self.small, &self.moves, self.fps.get() as f32);
        let background = |shot: &Shot| {
            let own = || self.kept.iter().filter(|(index, _)| shot.frames.contains(index));
            let step = own().count().div_ceil(SAMPLES).max(1);
            let mut samples: Vec<_> = own().step_by(step).map(|(_, pixels)| pixels).collect();
            // A shot of a few frames has none of its own: any picture is as good.
            if samples.is_empty() {
                samples.extend(self.kept.first().map(|(_, pixels)| pixels));
            }
            let frames: Result<Vec<_>, _> =
                samples.iter().map(|pixels| GrayFrame::new(width, height, pixels)).collect();
            Background::of(&frames?)
        };
        let backgrounds = shots.iter().map(background).collect::<Result<Vec<_>, _>>()?;
        Ok(Survey { fps: self.fps, moves: self.moves, shots, backgrounds })
    }
}

impl Survey {
    /// The shots in order, without gap.
    pub fn shots(&self) -> &[Shot] {
        &self.shots
    }

    /// How the camera moves from each frame's predecessor to it; still for the first.
    pub fn moves(&self) -> &[CameraMove] {
        &self.moves
    }
}
