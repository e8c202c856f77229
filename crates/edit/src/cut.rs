//! What is known of a cut: how near its beat it lies, and how far the dancer jumps at it.

use crate::fit::Size;
use crate::take::{in_time, seen};
use crate::{Alignment, Fit, Style, TakePlan, TakeStep};
use eightcount_domain::{Eight, FrameGrid, SubjectBox};

/// How far the subject jumps from one picture to the next, in fractions of the canvas, 0 and up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jump {
    /// The distance of the two centres: across in widths, down in heights of the canvas.
    pub centre: f64,
    /// The difference of the two heights.
    pub height: f64,
}

impl Jump {
    /// From where the outgoing subject is seen to where the incoming one is.
    pub fn between(outgoing: SubjectBox, incoming: SubjectBox) -> Self {
        let across = f64::from(outgoing.centre_x - incoming.centre_x);
        let down = f64::from(outgoing.top + outgoing.bottom - incoming.top - incoming.bottom) / 2.0;
        let height = |subject: SubjectBox| f64::from(subject.bottom - subject.top);
        Self { centre: across.hypot(down), height: (height(outgoing) - height(incoming)).abs() }
    }
}

/// The facts of one cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutFacts {
    /// The first frame after the cut, counted from the section's first: transitions have their middle before it.
    pub frame: u64,
    /// How much later than its beat that frame begins, milliseconds; negative: earlier. At most half a frame.
    pub beat_offset_ms: f64,
    /// What is seen of the transition.
    pub style: Style,
    /// How much the incoming picture is enlarged at the cut, 1 (as it is) and up.
    pub zoom: f64,
    /// How far it is turned, degrees clockwise.
    pub turn_degrees: f64,
    /// Frames after the cut in which that goes back to native; 0 where nothing is aligned.
    pub ease_frames: u32,
    /// How far the subject jumps, by where the boxes of both steps at the beat are laid on the canvas; none where one
    /// of them is not known.
    pub jump: Option<Jump>,
    /// How far it would jump without alignment.
    pub unaligned_jump: Option<Jump>,
    /// In every frame of the take the aligned picture covers the whole canvas: no edge of it is seen.
    pub covered: bool,
    alignment: Option<Alignment>,
    canvas: Size,
}

impl CutFacts {
    /// The facts of the cut with which eight `index`, 1 and up, is entered: of the plan that is rendered, and of the
    /// steps before and after it. None for the first eight, and where there is no such eight.
    pub fn of(
        plan: &TakePlan,
        (eights, index): (&[Eight], usize),
        (previous, step): (&TakeStep, &TakeStep),
    ) -> Option<Self> {
        let (first, before) = (eights.first()?, eights.get(index.checked_sub(1)?)?);
        let beat_s = eights.get(index)?.start() - first.start();
        let frame = FrameGrid::of(eights, plan.fps).boundaries.get(index)?.0;
        let canvas = Size { width: plan.width, height: plan.height };
        let previous = in_time(previous, before);
        let fit =
            plan.entry.as_ref().map_or_else(|| Fit::of_step(&previous, canvas), |entry| entry.source.fit);
        let outgoing = seen(&previous, fit, canvas, previous.end_box);
        let incoming = seen(step, plan.step.fit, canvas, step.start_box);
        let aligned = |subject| plan.alignment.map_or(subject, |a| a.applied(subject, canvas));
        let both = outgoing.zip(incoming);
        Some(Self {
            frame,
            beat_offset_ms: (frame as f64 / f64::from(plan.fps.get()) - beat_s) * 1000.0,
            style: plan.entry.as_ref().map_or(Style::Cut, |entry| entry.style),
            zoom: plan.alignment.map_or(1.0, |a| f64::from(a.scale_millionths) / 1.0e6),
            turn_degrees: plan.alignment.map_or(0.0, |a| f64::from(a.turn_millidegrees) / 1.0e3),
            ease_frames: plan.alignment.map_or(0, |a| a.ease_frames),
            jump: both.map(|(outgoing, incoming)| Jump::between(outgoing, aligned(incoming))),
            unaligned_jump: both.map(|(outgoing, incoming)| Jump::between(outgoing, incoming)),
            covered: plan.alignment.is_none_or(|a| a.covers(canvas)),
            alignment: plan.alignment,
            canvas,
        })
    }

    /// How far a subject jumps that was found in the rendered pictures on both sides of the cut, and how far it would
    /// without alignment.
    pub fn found(&self, outgoing: SubjectBox, incoming: SubjectBox) -> (Jump, Jump) {
        let native = self.alignment.map_or(incoming, |a| a.undone(incoming, self.canvas));
        (Jump::between(outgoing, incoming), Jump::between(outgoing, native))
    }
}
