//! The first look at every frame: how the camera moves, where the shots are, and what each stage looks like.

use super::background::Background;
use super::camera::CameraMove;
use super::frame::{Frame, WatchError};
use super::shots::{Shot, Small, shots};
use eightcount_domain::FrameRate;

/// Frames from which a shot's background is learned, at most.
const SAMPLES: usize = 48;
/// Frames kept a second, from which those are taken.
const KEPT_A_SECOND: u32 = 2;

/// Share of a shot's kept frames that are all larger, or all smaller, than the one before when a camera creeps.
const CREEPS: f32 = 0.7;
/// And fewest of them.
const FEWEST_CREEPS: usize = 2;
/// Kept frames from one to the next that is compared for that.
const CREEPING: usize = 3;

/// Sees every frame of a performance once, in order.
pub struct Scout {
    fps: FrameRate,
    size: (usize, usize),
    /// The planes of the frame before; empty until there is one.
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
        Self { fps, size: (0, 0), before: Vec::new(), small: Vec::new(), moves: Vec::new(), kept: Vec::new() }
    }

    /// Sees the next frame.
    ///
    /// # Errors
    /// [`WatchError::SizeChanged`] when it is not of the size and colour of the first; the scout is as before then.
    pub fn push(&mut self, frame: &Frame<'_>) -> Result<(), WatchError> {
        let moved = match Frame::new(self.size.0, self.size.1, &self.before) {
            Ok(before) if !before.is_like(frame) => return Err(WatchError::SizeChanged),
            Ok(before) => CameraMove::between(&before, frame),
            // The first.
            Err(_) => CameraMove::default(),
        };
        self.size = (frame.width(), frame.height());
        self.moves.push(moved);
        let index = self.small.len();
        self.small.push(Small::of(frame));
        if index.is_multiple_of((self.fps.get() / KEPT_A_SECOND) as usize) {
            self.kept.push((index, frame.planes().to_vec()));
        }
        self.before.clear();
        self.before.extend_from_slice(frame.planes());
        Ok(())
    }

    /// What was found.
    ///
    /// # Errors
    /// [`WatchError::SampleCount`] when there was no frame.
    pub fn finish(self) -> Result<Survey, WatchError> {
        if self.small.is_empty() {
            return Err(WatchError::SampleCount(0));
        }
        let (width, height) = self.size;
        let (moves, rate) = (self.moves, self.fps.get() as f32);
        // A shot does not end where its camera moves slowly: the shots are the same with slow moves.
        let moves = with_slow_moves(&self.kept, moves, (width, height), &shots(&self.small, &[], rate));
        let shots = shots(&self.small, &moves, rate);
        let background = |shot: &Shot| {
            let own = || self.kept.iter().filter(|(index, _)| shot.frames.contains(index));
            let step = own().count().div_ceil(SAMPLES).max(1);
            let mut samples: Vec<_> = own().step_by(step).map(|(_, pixels)| pixels).collect();
            // A shot of a few frames has none of its own: any picture is as good.
            if samples.is_empty() {
                samples.extend(self.kept.first().map(|(_, pixels)| pixels));
            }
            let frames: Result<Vec<_>, _> =
                samples.iter().map(|pixels| Frame::new(width, height, pixels)).collect();
            Background::of(&frames?)
        };
        let backgrounds = shots.iter().map(background).collect::<Result<Vec<_>, _>>()?;
        Ok(Survey { fps: self.fps, moves, shots, backgrounds })
    }
}

/// A camera that creeps in or out moves less from frame to frame than can be seen, but not from one second to the
/// next: where it does so through most of a shot, its way is shared out among the frames between. (Somebody who walks
/// before a plain wall would pass for a slow pan, so there is none without growth.)
fn with_slow_moves(
    kept: &[(usize, Vec<u8>)],
    mut moves: Vec<CameraMove>,
    (width, height): (usize, usize),
    shots: &[Shot],
) -> Vec<CameraMove> {
    for shot in shots {
        let mut ways = Vec::new();
        for stretch in kept.windows(CREEPING + 1).step_by(CREEPING) {
            let ((from, before), (to, now)) = (&stretch[0], &stretch[CREEPING]);
            let between = *from + 1..*to + 1;
            let inside = shot.frames.contains(from) && shot.frames.contains(to);
            let quiet = |moves: &[CameraMove]| moves.iter().all(|m| *m == CameraMove::default());
            if !inside || !moves.get(between.clone()).is_some_and(quiet) {
                continue;
            }
            let frames = Frame::new(width, height, before).ok().zip(Frame::new(width, height, now).ok());
            let way = frames.map(|(before, now)| CameraMove::between(&before, &now));
            ways.push((between, way.unwrap_or_default()));
        }
        let creeps = |sign: f32| {
            let so = ways.iter().filter(|(_, way)| sign * way.zoom > 0.0).count();
            so >= FEWEST_CREEPS && so as f32 >= CREEPS * ways.len() as f32
        };
        if creeps(1.0) || creeps(-1.0) {
            for (between, way) in ways {
                let part = 1.0 / between.len() as f32;
                let share = CameraMove { dx: part * way.dx, dy: part * way.dy, zoom: part * way.zoom };
                moves[between].fill(share);
            }
        }
    }
    moves
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
