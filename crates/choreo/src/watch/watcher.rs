//! Watching frame by frame.

use super::background::Background;
use super::camera::CameraMove;
use super::frame::{Frame, WatchError};
use super::scout::Survey;
use super::subject::{Mask, Size, Subject, main_subject};
use super::watched::{FrameFact, Watched};
use eightcount_domain::{CameraWork, SubjectBox};

/// Grey levels of change between two frames that count as nothing: compression noise.
const STILL: u8 = 8;
/// Grey levels by which a pixel must differ from where the camera's move would have it, to be the subject's.
const MOVED: u8 = 14;

/// Frames for which a change is taken for the subject.
const LINGERS: u8 = 6;

/// Sees every frame of a performance once more, in order.
pub struct Watcher {
    survey: Survey,
    index: usize,
    shot: usize,
    before: Option<Vec<u8>>,
    /// Under a moving camera: for how many more frames what changed somewhere is taken for the subject.
    trace: Vec<u8>,
    subject: Option<Subject>,
    frames: Vec<FrameFact>,
}

impl Watcher {
    /// A watcher who knows the stages and the camera's ways.
    pub fn new(survey: Survey) -> Self {
        Self { survey, index: 0, shot: 0, before: None, trace: Vec::new(), subject: None, frames: Vec::new() }
    }

    /// Sees the next frame. Frames beyond those of the survey count to its last shot.
    ///
    /// # Errors
    /// [`WatchError::SizeChanged`] when it is not of the survey's size and colour; the watcher is as before then.
    pub fn push(&mut self, frame: &Frame<'_>) -> Result<(), WatchError> {
        let shots = &self.survey.shots;
        let next = shots.get(self.shot + 1).is_some_and(|next| next.frames.start <= self.index);
        let shot = self.shot + usize::from(next);
        let (Some(background), Some(filmed)) = (self.survey.backgrounds.get(shot), shots.get(shot)) else {
            return Err(WatchError::SizeChanged);
        };
        let differs = background.differs(frame).ok_or(WatchError::SizeChanged)?;
        let size = Size { width: frame.width(), height: frame.height() };
        let pixels = frame.luma();
        let camera = self.survey.moves.get(self.index).copied().unwrap_or_default();
        let before = self.before.as_deref().filter(|_| !next).map(|before| carried(before, size, camera));
        let mask = match (filmed.camera, &before) {
            (CameraWork::Still, _) => differs,
            (_, Some(before)) => {
                self.trace.resize(size.pixels(), 0);
                self.trace = faded(&carried(&self.trace, size, camera), before, pixels);
                traced(&self.trace, size)
            }
            (_, None) => Mask::empty(size),
        };
        let mask = mask.without_specks();
        if next {
            self.subject = None;
            self.trace.clear();
        }
        let subject = main_subject(&mask, self.subject.as_ref().map(|s| &s.place));
        let motion =
            before.map_or(0.0, |before| motion(&before, pixels, self.subject.as_ref(), subject.as_ref()));
        self.frames.push(FrameFact {
            place: subject.as_ref().map(|s| s.place),
            outline: subject.as_ref().map(|s| s.outline),
            whole: subject.as_ref().is_some_and(|s| s.whole),
            motion,
            sharp: sharpness(pixels, size, subject.as_ref()),
            cut: next,
        });
        (self.index, self.shot) = (self.index + 1, shot);
        self.before = Some(pixels.to_vec());
        // A subject lost for a frame or two is remembered, so that it is found again and not somebody else.
        if subject.is_some() {
            self.subject = subject;
        }
        Ok(())
    }

    /// All that was seen.
    pub fn finish(self) -> Watched {
        Watched::new(self.frames, self.survey)
    }
}

/// Where the subject is in one picture; `stage`: 25 to 60 pictures by the same camera, from times at which the subject
/// stood otherwise. None where nobody is seen, and where a subject is cut off or fills most of the picture: the camera
/// moved, then, or it is another stage.
///
/// # Errors
/// [`WatchError::SampleCount`] for no pictures or more than 255, [`WatchError::SizeChanged`] when they differ in size.
pub fn subject_on(stage: &[Frame<'_>], picture: &Frame<'_>) -> Result<Option<SubjectBox>, WatchError> {
    let mask = Background::of(stage)?.differs(picture).ok_or(WatchError::SizeChanged)?.without_specks();
    Ok(main_subject(&mask, None).filter(|subject| subject.whole).map(|subject| subject.place))
}

/// What changed lately: what is not as the frame before, carried along with the camera, would have it, is new.
fn faded(trace: &[u8], before: &[u8], now: &[u8]) -> Vec<u8> {
    let changed = before.iter().zip(now).map(|(a, b)| a.abs_diff(*b) > MOVED);
    trace.iter().zip(changed).map(|(&old, new)| if new { LINGERS } else { old.saturating_sub(1) }).collect()
}

fn traced(trace: &[u8], size: Size) -> Mask {
    let mut mask = Mask::empty(size);
    for (p, &left) in trace.iter().enumerate() {
        mask.set(p, left > 0);
    }
    mask
}

/// A frame as the camera's move shows it in the next one; what comes in from outside is as the rim was.
fn carried(before: &[u8], size: Size, camera: CameraMove) -> Vec<u8> {
    if camera.is_still() {
        return before.to_vec();
    }
    let (w, h) = (size.width as f32, size.height as f32);
    let back = |v: f32, middle: f32, shift: f32, side: usize| {
        (((v - middle - shift) / (1.0 + camera.zoom) + middle).round().max(0.0) as usize).min(side - 1)
    };
    let from = |p: usize| {
        let x = back((p % size.width) as f32, w / 2.0, camera.dx * w, size.width);
        let y = back((p / size.width) as f32, h / 2.0, camera.dy * h, size.height);
        before[y * size.width + x]
    };
    (0..before.len()).map(from).collect()
}

/// Mean difference of neighbours where the subject is (the whole picture when there is none): grey levels, small where
/// the picture is blurred.
fn sharpness(pixels: &[u8], size: Size, subject: Option<&Subject>) -> f32 {
    let edge = |p: usize| match pixels.get(p..p + size.width + 1) {
        Some(row) => f32::from(row[0].abs_diff(row[1])) + f32::from(row[0].abs_diff(row[size.width])),
        None => 0.0,
    };
    let (sum, count) = match subject {
        Some(subject) => {
            (subject.pixels.iter().map(|&p| edge(p as usize)).sum::<f32>(), subject.pixels.len())
        }
        None => ((0..pixels.len()).map(edge).sum::<f32>(), pixels.len()),
    };
    sum / count.max(1) as f32
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
