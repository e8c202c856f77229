//! Alignment at a cut: the incoming picture is scaled, shifted and turned a little so that its dancer stands where the
//! outgoing dancer stood, as tall and as upright, zoomed in as far as that needs to keep the edges of the picture out of
//! sight, and eased back to its native place over the take.
//!
//! A picture can only be zoomed in, and every zoom costs sharpness. So not the full match is wanted but the best one
//! within a limit: [`Alignment::of`] weighs what is left between the two dancers against the zoom.

use crate::fit::Size;
use eightcount_domain::SubjectBox;
use serde::{Deserialize, Serialize};

/// Larger zooms cost more sharpness than the match is worth: then the cut is left as it is.
const LARGEST_SCALE: f64 = 1.38;
/// A subject lower than this share of the picture is not measured well enough to align by.
const LOWEST_SUBJECT: f64 = 0.05;
/// How many zooms from none to the largest are tried.
const ZOOMS: u32 = 152;
/// What a zoom by 1 costs, as a distance between the subjects in fractions of the canvas.
const COST_OF_ZOOM: f64 = 0.15;
/// An alignment that brings the subjects less than this together is not worth having.
const LEAST_GAIN: f64 = 0.01;
/// Largest turn, degrees: more of it tilts the floor for all to see.
const LARGEST_TURN: f64 = 2.0;
/// Two dancers who lean this much differently, degrees, are not in one pose: turning would mend nothing.
const SAME_LEAN: f64 = 6.0;
/// Turns smaller than this, degrees, are not worth a resampling.
const SMALLEST_TURN: f64 = 0.4;
/// Head and feet leave the picture by no more than this, in fractions of the canvas: less than they are measured to.
const MOST_LOST: f64 = 0.01;
/// What rounding scale and shift may bring an edge in, pixels: nothing that is seen.
const ROUNDED_PX: f64 = 2.0e-3;
/// Longer than any take.
const MOST_FRAMES: u32 = 3_600;

/// A small turn of the picture about its centre and then a uniform scale and shift, at the cut: a point `p` of the
/// turned picture is shown at `scale · p + shift`.
///
/// It holds for the first `hold_frames` frames of the take, then goes back to native along a smoothstep, and is
/// native, exactly, `ease_frames` later and ever after. Native covers the canvas and so does the full alignment,
/// and what lies between them is a weighted mean of the two, so the canvas is always covered. A turn by `r` radians
/// needs a zoom of at most `1 + r · long side / short side`, which grows as fast as the turn does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alignment {
    /// Scale in millionths, 1,000,000 to 1,380,000.
    pub scale_millionths: u32,
    /// Horizontal shift in thousandths of a canvas pixel, zero or negative.
    pub shift_x_thousandths: i32,
    /// Vertical shift in thousandths of a canvas pixel, zero or negative.
    pub shift_y_thousandths: i32,
    /// Turn in thousandths of a degree, clockwise, -2,000 to 2,000.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub turn_millidegrees: i32,
    /// Frames at the start of the take for which it holds in full.
    pub hold_frames: u32,
    /// Frames over which it eases back, at least 1.
    pub ease_frames: u32,
}

impl Alignment {
    /// The alignment of an incoming subject to an outgoing one, both in fractions of the canvas; none when nothing
    /// would be gained. `leans`: how far each leans to the right, degrees, where that is known.
    pub(crate) fn of(
        (outgoing, incoming): (SubjectBox, SubjectBox),
        leans: Option<(f64, f64)>,
        canvas: Size,
        hold_frames: u32,
        ease_frames: u32,
    ) -> Option<Self> {
        let (from, to) = (Subject::of(outgoing)?, Subject::of(incoming)?);
        if ease_frames == 0 {
            return None;
        }
        let turn = leans.map_or(0.0, |(from, to)| turn(from - to));
        let turned = to.turned(turn, canvas);
        // The zoom that the turn needs: see the type.
        let needed = turn.to_radians().abs() * canvas.elongation();
        let (least, most) = ((1.0e6 * (1.0 + needed)).ceil() as u32, (LARGEST_SCALE * 1.0e6) as u32);
        let candidates = (0..=ZOOMS).map(|zoom| {
            let scale_millionths = least + (most - least) / ZOOMS * zoom;
            let scale = f64::from(scale_millionths) / 1.0e6;
            let shift = |from: f64, to: f64, side: u32| {
                let side = f64::from(side);
                // Rounding must not bring an edge in: stay within what the scale covers.
                let room = side / 2.0 * needed * scale / (1.0 + needed);
                let low = ((side * (1.0 - scale) + room) * 1000.0).ceil();
                let high = (-room * 1000.0).floor();
                ((from - scale * to) * side * 1000.0).round().clamp(low.min(high), high) as i32
            };
            Self {
                scale_millionths,
                shift_x_thousandths: shift(from.x, turned.x, canvas.width),
                shift_y_thousandths: shift(from.y, turned.y, canvas.height),
                turn_millidegrees: (turn * 1000.0).round() as i32,
                hold_frames,
                ease_frames,
            }
        });
        let cost = |candidate: &Self| {
            let zoom = f64::from(candidate.scale_millionths - 1_000_000) / 1.0e6;
            distance(from, candidate.shown(turned, canvas)) + COST_OF_ZOOM * zoom
        };
        // A head that was in the picture stays in it, and so do the feet.
        let lost = |candidate: &Self| candidate.shown(turned, canvas).beyond() - to.beyond();
        let whole = candidates.filter(|candidate| lost(candidate) <= MOST_LOST);
        let best = whole.min_by(|a, b| cost(a).total_cmp(&cost(b)))?;
        let gained = distance(from, to) - cost(&best);
        (gained >= LEAST_GAIN || best.turn_millidegrees != 0 && gained >= 0.0).then_some(best)
    }

    /// Where a turned subject is seen while it holds in full.
    fn shown(&self, subject: Subject, canvas: Size) -> Subject {
        let scale = f64::from(self.scale_millionths) / 1.0e6;
        let shift = |thousandths: i32, side: u32| f64::from(thousandths) / 1000.0 / f64::from(side);
        Subject {
            x: scale * subject.x + shift(self.shift_x_thousandths, canvas.width),
            y: scale * subject.y + shift(self.shift_y_thousandths, canvas.height),
            height: scale * subject.height,
        }
    }

    /// Where a subject is seen while it holds in full, in fractions of the canvas.
    pub(crate) fn applied(&self, subject: SubjectBox, canvas: Size) -> SubjectBox {
        let (top, bottom) = (f64::from(subject.top), f64::from(subject.bottom));
        let native =
            Subject { x: f64::from(subject.centre_x), y: f64::midpoint(top, bottom), height: bottom - top };
        let seen = self.shown(native.turned(f64::from(self.turn_millidegrees) / 1000.0, canvas), canvas);
        SubjectBox {
            centre_x: seen.x as f32,
            top: (seen.y - seen.height / 2.0) as f32,
            bottom: (seen.y + seen.height / 2.0) as f32,
            width: (f64::from(subject.width) * f64::from(self.scale_millionths) / 1.0e6) as f32,
        }
    }

    /// Where a subject that is seen while it holds in full would be without it, in fractions of the canvas.
    pub(crate) fn undone(&self, seen: SubjectBox, canvas: Size) -> SubjectBox {
        let scale = f64::from(self.scale_millionths) / 1.0e6;
        let back = |at: f32, shift: i32, side: u32| {
            (f64::from(at) - f64::from(shift) / 1000.0 / f64::from(side)) / scale
        };
        let height = f64::from(seen.bottom - seen.top) / scale;
        let turned = Subject {
            x: back(seen.centre_x, self.shift_x_thousandths, canvas.width),
            y: back(f32::midpoint(seen.top, seen.bottom), self.shift_y_thousandths, canvas.height),
            height,
        };
        let native = turned.turned(-f64::from(self.turn_millidegrees) / 1000.0, canvas);
        SubjectBox {
            centre_x: native.x as f32,
            top: (native.y - height / 2.0) as f32,
            bottom: (native.y + height / 2.0) as f32,
            width: (f64::from(seen.width) / scale) as f32,
        }
    }

    /// Does the picture cover the canvas in every frame of the take?
    pub(crate) fn covers(&self, canvas: Size) -> bool {
        // It is native from there on.
        (0..=self.hold_frames.saturating_add(self.ease_frames).min(MOST_FRAMES))
            .all(|frame| self.inside(canvas, frame) >= -ROUNDED_PX)
    }

    /// How far inside the picture the canvas lies at a frame of the take, pixels: the least distance of a corner of the
    /// canvas from a side of the picture, negative when it lies beyond.
    fn inside(&self, canvas: Size, frame: u32) -> f64 {
        let (w, h) = (f64::from(canvas.width), f64::from(canvas.height));
        let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)];
        let seen = corners.map(|corner| self.place(corner, canvas, frame));
        let distance = |(x, y): (f64, f64), side: usize| {
            let ((ax, ay), (bx, by)) = (seen[side], seen[(side + 1) % 4]);
            ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / (bx - ax).hypot(by - ay)
        };
        let all = corners.iter().flat_map(|corner| (0..4).map(move |side| distance(*corner, side)));
        all.fold(f64::INFINITY, f64::min)
    }

    /// Where a point of the native picture is seen at a frame of the take, both in pixels of the canvas.
    fn place(&self, (x, y): (f64, f64), canvas: Size, frame: u32) -> (f64, f64) {
        let left = self.remaining(frame);
        let (middle_x, middle_y) = (f64::from(canvas.width) / 2.0, f64::from(canvas.height) / 2.0);
        let (sin, cos) = (f64::from(self.turn_millidegrees) / 1000.0 * left).to_radians().sin_cos();
        let (x, y) = (x - middle_x, y - middle_y);
        let (x, y) = (middle_x + x * cos - y * sin, middle_y + x * sin + y * cos);
        let scale = 1.0 + (f64::from(self.scale_millionths) / 1.0e6 - 1.0) * left;
        let shift = |thousandths: i32| f64::from(thousandths) / 1000.0 * left;
        (scale * x + shift(self.shift_x_thousandths), scale * y + shift(self.shift_y_thousandths))
    }

    /// How much of it remains at a frame of the take, 1 (in full) to 0 (native).
    fn remaining(&self, frame: u32) -> f64 {
        let u = (f64::from(frame) - f64::from(self.hold_frames)) / f64::from(self.ease_frames);
        let u = u.clamp(0.0, 1.0);
        1.0 - u * u * (3.0 - 2.0 * u)
    }

    /// `remaining` as an ffmpeg expression of the frame number `n`.
    fn remaining_expression(&self) -> String {
        let u = format!("clip((n-{})/{},0,1)", self.hold_frames, self.ease_frames);
        format!("(1-{u}*{u}*(3-2*{u}))")
    }

    /// Filters that show a canvas-sized picture aligned.
    ///
    /// `scale` works in whole pixels, so each edge is within half a pixel of its place; a resampling filter with
    /// sub-pixel places (`perspective`) costs as much processor time as the encoder, this a quarter of it.
    pub(crate) fn filters(&self, canvas: Size) -> String {
        let left = self.remaining_expression();
        let grow = f64::from(self.scale_millionths - 1_000_000) / 1.0e6;
        let (w, h) = (canvas.width, canvas.height);
        let side = |length: u32| format!("round({length}*(1+{grow:.6}*{left}))");
        let from = |thousandths: i32| format!("round({:.3}*{left})", f64::from(-thousandths) / 1000.0);
        let turn = if self.turn_millidegrees == 0 {
            String::new()
        } else {
            let radians = (f64::from(self.turn_millidegrees) / 1000.0).to_radians();
            format!("rotate=a='{radians:.8}*{left}':enable='lt(n,{})',", self.hold_frames + self.ease_frames)
        };
        format!(
            "{turn}scale=w='{}':h='{}':eval=frame:flags=bicubic+accurate_rnd+bitexact,crop={w}:{h}:'{}':'{}':exact=1",
            side(w),
            side(h),
            from(self.shift_x_thousandths),
            from(self.shift_y_thousandths),
        )
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(turn: &i32) -> bool {
    *turn == 0
}

/// The turn, degrees, by which a picture follows a difference of leans: limited, and none where that is too little or
/// too much to follow.
fn turn(difference: f64) -> f64 {
    let follows = difference.is_finite() && (SMALLEST_TURN..=SAME_LEAN).contains(&difference.abs());
    if follows { difference.clamp(-LARGEST_TURN, LARGEST_TURN) } else { 0.0 }
}

/// How far two subjects are apart: the distance of their centres and the difference of their heights, in fractions of
/// the canvas.
fn distance(a: Subject, b: Subject) -> f64 {
    let (x, y) = (a.x - b.x, a.y - b.y);
    (x * x + y * y).sqrt() + (a.height - b.height).abs()
}

/// A subject as alignment sees it, in fractions of the canvas.
#[derive(Clone, Copy)]
struct Subject {
    x: f64,
    y: f64,
    height: f64,
}

impl Subject {
    /// None when the box says nothing usable.
    fn of(subject: SubjectBox) -> Option<Self> {
        let (top, bottom) = (f64::from(subject.top), f64::from(subject.bottom));
        let seen =
            Self { x: f64::from(subject.centre_x), y: f64::midpoint(top, bottom), height: bottom - top };
        let inside = |v: f64| v > 0.01 && v < 0.99;
        (inside(seen.x) && inside(seen.y) && seen.height >= LOWEST_SUBJECT).then_some(seen)
    }

    /// How much of its height is above or below the canvas.
    fn beyond(self) -> f64 {
        let (top, bottom) = (self.y - self.height / 2.0, self.y + self.height / 2.0);
        (-top).max(0.0) + (bottom - 1.0).max(0.0)
    }

    /// Where its centre is when the picture was turned about its own; it is as tall as before, to a thousandth.
    fn turned(self, degrees: f64, canvas: Size) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (w, h) = (f64::from(canvas.width), f64::from(canvas.height));
        let (x, y) = ((self.x - 0.5) * w, (self.y - 0.5) * h);
        Self { x: 0.5 + (x * cos - y * sin) / w, y: 0.5 + (x * sin + y * cos) / h, ..self }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const CANVAS: Size = Size { width: 1280, height: 720 };

    fn subject(centre_x: f32, top: f32, bottom: f32) -> SubjectBox {
        SubjectBox { centre_x, top, bottom, width: 0.2 }
    }

    fn aligned(out: SubjectBox, inc: SubjectBox, leans: Option<(f64, f64)>) -> Option<Alignment> {
        Alignment::of((out, inc), leans, CANVAS, 6, 90)
    }

    #[test]
    fn a_smaller_dancer_grows_to_the_place_of_the_larger() {
        let alignment = aligned(subject(0.55, 0.1, 0.9), subject(0.5, 0.2, 0.85), None).unwrap();
        let (x, top) = alignment.place((0.5 * 1280.0, 0.2 * 720.0), CANVAS, 3);
        let (_, bottom) = alignment.place((0.0, 0.85 * 720.0), CANVAS, 3);
        // The zooms that are tried are a quarter of a percent apart.
        assert!((x - 0.55 * 1280.0).abs() < 2.0, "{x}");
        assert!((top - 72.0).abs() < 3.0 && (bottom - 648.0).abs() < 3.0, "{top} {bottom}");
    }

    #[test]
    fn a_larger_dancer_is_not_made_larger_still() {
        let (small, large) = (subject(0.5, 0.38, 0.86), subject(0.52, 0.1, 0.88));
        let before = distance(Subject::of(small).unwrap(), Subject::of(large).unwrap());
        let after = aligned(small, large, None).map_or(before, |alignment| {
            let seen = alignment.applied(large, CANVAS);
            distance(Subject::of(small).unwrap(), Subject::of(seen).unwrap())
        });
        assert!(after <= before, "{after} {before}");
    }

    #[test]
    fn a_picture_that_does_not_cover_the_canvas_is_told() {
        let native = Alignment {
            scale_millionths: 1_000_000,
            shift_x_thousandths: 0,
            shift_y_thousandths: 0,
            turn_millidegrees: 0,
            hold_frames: 6,
            ease_frames: 90,
        };
        assert!(native.covers(CANVAS));
        assert!(!Alignment { shift_x_thousandths: -1_000, ..native }.covers(CANVAS));
        assert!(!Alignment { turn_millidegrees: 500, ..native }.covers(CANVAS));
        assert!(
            Alignment { scale_millionths: 1_100_000, shift_x_thousandths: -9_000, ..native }.covers(CANVAS)
        );
    }

    #[test]
    fn what_cannot_be_measured_or_is_there_already_is_left_alone() {
        let centre = subject(0.5, 0.2, 0.8);
        assert_eq!(aligned(centre, subject(0.5, 0.5, 0.5), None), None);
        assert_eq!(aligned(centre, subject(f32::NAN, 0.2, 0.8), None), None);
        assert_eq!(aligned(centre, centre, None), None);
        assert_eq!(aligned(centre, centre, Some((1.0, 30.0))), None);
    }

    #[test]
    fn a_picture_turns_as_far_as_two_like_poses_lean_apart() {
        let (out, inc) = (subject(0.5, 0.2, 0.8), subject(0.45, 0.2, 0.75));
        let turn = |leans| aligned(out, inc, leans).map_or(0, |alignment| alignment.turn_millidegrees);
        assert_eq!(turn(Some((1.5, 0.0))), 1500);
        assert_eq!(turn(Some((-5.0, 0.0))), -2000);
        assert_eq!(turn(Some((20.0, 0.0))), 0);
        assert_eq!(turn(None), 0);
    }

    proptest! {
        #[test]
        fn no_edge_ever_shows_and_native_is_reached(
            x in 0.3_f32..0.7, top in 0.0_f32..0.3, bottom in 0.7_f32..1.0,
            x2 in 0.3_f32..0.7, top2 in 0.0_f32..0.3, bottom2 in 0.7_f32..1.0, ease in 1_u32..200,
            lean in -8.0_f64..8.0,
        ) {
            let pair = (subject(x, top, bottom), subject(x2, top2, bottom2));
            if let Some(a) = Alignment::of(pair, Some((lean, 0.0)), CANVAS, 6, ease) {
                let now = Subject::of(a.applied(pair.1, CANVAS));
                if let (Some(from), Some(to), Some(now)) = (Subject::of(pair.0), Subject::of(pair.1), now) {
                    prop_assert!(distance(from, now) <= distance(from, to) + 1e-6, "it drives them apart");
                    prop_assert!(now.beyond() <= to.beyond() + MOST_LOST + 1e-6, "it cuts head or feet off");
                }
                prop_assert!(a.covers(CANVAS));
                let back = a.undone(a.applied(pair.1, CANVAS), CANVAS);
                prop_assert!((back.centre_x - pair.1.centre_x).abs() < 1e-4);
                prop_assert!((back.top - pair.1.top).abs() < 1e-4 && (back.bottom - pair.1.bottom).abs() < 1e-4);
                let mut before = a.place((0.0, 0.0), CANVAS, 0);
                for frame in 0..ease + 20 {
                    let inside = a.inside(CANVAS, frame);
                    prop_assert!(inside >= -2e-3, "frame {frame}: {inside} px outside");
                    // The steepest a smoothstep gets is 1.5 times its mean.
                    let step = 1.5 * (1280.0 * 0.38 + 740.0 * 0.035) / f64::from(ease) + 1e-6;
                    let (left, upper) = a.place((0.0, 0.0), CANVAS, frame);
                    prop_assert!((left - before.0).abs() <= step && (upper - before.1).abs() <= step);
                    before = (left, upper);
                }
                prop_assert_eq!(a.place((0.0, 0.0), CANVAS, 6 + ease), (0.0, 0.0));
                prop_assert_eq!(a.place((1280.0, 720.0), CANVAS, 6 + ease), (1280.0, 720.0));
            }
        }
    }
}
