//! Alignment at a cut: the incoming picture is scaled and shifted so that its dancer stands where the outgoing
//! dancer stood and is as tall, zoomed in as far as that needs to keep the edges of the picture out of sight,
//! and eased back to its native place over the take.

use crate::fit::Size;
use eightcount_domain::SubjectBox;
use serde::{Deserialize, Serialize};

/// Larger zooms cost more sharpness than the match is worth: then the cut is left as it is.
const LARGEST_SCALE: f64 = 1.38;
/// A subject lower than this share of the picture is not measured well enough to align by.
const LOWEST_SUBJECT: f64 = 0.05;

/// A uniform scale and shift of the picture at the cut: a point `p` of the native picture is shown at
/// `scale · p + shift`.
///
/// It holds for the first `hold_frames` frames of the take, then goes back to native along a smoothstep, and is
/// native, exactly, `ease_frames` later and ever after. Native covers the canvas and so does the full alignment,
/// and what lies between them is a weighted mean of the two, so the canvas is always covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alignment {
    /// Scale in millionths, 1,000,000 to 1,380,000.
    pub scale_millionths: u32,
    /// Horizontal shift in thousandths of a canvas pixel, zero or negative.
    pub shift_x_thousandths: i32,
    /// Vertical shift in thousandths of a canvas pixel, zero or negative.
    pub shift_y_thousandths: i32,
    /// Frames at the start of the take for which it holds in full.
    pub hold_frames: u32,
    /// Frames over which it eases back, at least 1.
    pub ease_frames: u32,
}

impl Alignment {
    /// The alignment of an incoming subject to an outgoing one, both in fractions of the canvas; none when it
    /// would need too much zoom, or would not change the picture.
    pub(crate) fn of(
        outgoing: SubjectBox,
        incoming: SubjectBox,
        canvas: Size,
        hold_frames: u32,
        ease_frames: u32,
    ) -> Option<Self> {
        let (from, to) = (Subject::of(outgoing)?, Subject::of(incoming)?);
        let scale = [
            from.height / to.height,
            from.x / to.x,
            (1.0 - from.x) / (1.0 - to.x),
            from.y / to.y,
            (1.0 - from.y) / (1.0 - to.y),
        ]
        .into_iter()
        .fold(1.0, f64::max);
        if scale > LARGEST_SCALE || ease_frames == 0 {
            return None;
        }
        let scale_millionths = (scale * 1.0e6).ceil();
        let scale = scale_millionths / 1.0e6;
        // Rounding must not bring an edge in: stay within what the rounded scale covers.
        let shift = |from: f64, to: f64, side: u32| {
            let side = f64::from(side);
            let thousandths = ((from - scale * to) * side * 1000.0).round();
            thousandths.clamp(((1.0 - scale) * side * 1000.0).ceil(), 0.0) as i32
        };
        let alignment = Self {
            scale_millionths: scale_millionths as u32,
            shift_x_thousandths: shift(from.x, to.x, canvas.width),
            shift_y_thousandths: shift(from.y, to.y, canvas.height),
            hold_frames,
            ease_frames,
        };
        let shown = f64::from(canvas.width.max(canvas.height)) * (scale - 1.0);
        (shown >= 1.0).then_some(alignment)
    }

    /// Where a subject is seen while it holds in full, in fractions of the canvas.
    pub(crate) fn applied(&self, subject: SubjectBox, canvas: Size) -> SubjectBox {
        let scale = (f64::from(self.scale_millionths) / 1.0e6) as f32;
        let shift = |thousandths: i32, side: u32| thousandths as f32 / 1000.0 / side as f32;
        let (dx, dy) =
            (shift(self.shift_x_thousandths, canvas.width), shift(self.shift_y_thousandths, canvas.height));
        SubjectBox {
            centre_x: scale * subject.centre_x + dx,
            top: scale * subject.top + dy,
            bottom: scale * subject.bottom + dy,
            width: scale * subject.width,
        }
    }

    /// How much of it remains at a frame of the take, 1 (in full) to 0 (native).
    #[cfg(test)]
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
        format!(
            "scale=w='{}':h='{}':eval=frame:flags=bicubic+accurate_rnd+bitexact,crop={w}:{h}:'{}':'{}':exact=1",
            side(w),
            side(h),
            from(self.shift_x_thousandths),
            from(self.shift_y_thousandths),
        )
    }
}

/// A subject as alignment sees it, in fractions of the canvas.
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

    fn shown(alignment: &Alignment, x: f64, y: f64, frame: u32) -> (f64, f64) {
        let left = alignment.remaining(frame);
        let scale = 1.0 + (f64::from(alignment.scale_millionths) / 1e6 - 1.0) * left;
        let shift = |t: i32| f64::from(t) / 1000.0 * left;
        (scale * x + shift(alignment.shift_x_thousandths), scale * y + shift(alignment.shift_y_thousandths))
    }

    #[test]
    fn a_smaller_dancer_grows_to_the_place_of_the_larger() {
        let (out, inc) = (subject(0.55, 0.1, 0.9), subject(0.5, 0.2, 0.85));
        let alignment = Alignment::of(out, inc, CANVAS, 6, 90).unwrap();
        let (x, top) = shown(&alignment, 0.5 * 1280.0, 0.2 * 720.0, 3);
        let (_, bottom) = shown(&alignment, 0.0, 0.85 * 720.0, 3);
        assert!((x - 0.55 * 1280.0).abs() < 0.01, "{x}");
        assert!((top - 72.0).abs() < 0.01 && (bottom - 648.0).abs() < 0.01, "{top} {bottom}");
    }

    #[test]
    fn a_larger_dancer_keeps_its_size_but_moves_to_the_place() {
        let alignment =
            Alignment::of(subject(0.45, 0.3, 0.7), subject(0.5, 0.1, 0.9), CANVAS, 0, 90).unwrap();
        let (x, y) = shown(&alignment, 640.0, 360.0, 0);
        assert!((x - 576.0).abs() < 0.01 && (y - 360.0).abs() < 0.01, "{x} {y}");
        // Just enough that the left edge stays out of sight.
        assert!((1_100_000..=1_100_002).contains(&alignment.scale_millionths), "{alignment:?}");
    }

    #[test]
    fn too_far_apart_unmeasured_or_already_there_is_left_alone() {
        let centre = subject(0.5, 0.2, 0.8);
        assert_eq!(Alignment::of(subject(0.75, 0.2, 0.8), centre, CANVAS, 6, 90), None);
        assert_eq!(Alignment::of(subject(0.5, 0.0, 1.0), centre, CANVAS, 6, 90), None);
        assert_eq!(Alignment::of(centre, subject(0.5, 0.5, 0.5), CANVAS, 6, 90), None);
        assert_eq!(Alignment::of(centre, subject(f32::NAN, 0.2, 0.8), CANVAS, 6, 90), None);
        assert_eq!(Alignment::of(centre, centre, CANVAS, 6, 90), None);
    }

    proptest! {
        #[test]
        fn no_edge_ever_shows_and_native_is_reached(
            x in 0.3_f32..0.7, top in 0.0_f32..0.3, bottom in 0.7_f32..1.0,
            x2 in 0.3_f32..0.7, top2 in 0.0_f32..0.3, bottom2 in 0.7_f32..1.0, ease in 1_u32..200,
        ) {
            if let Some(a) = Alignment::of(subject(x, top, bottom), subject(x2, top2, bottom2), CANVAS, 6, ease) {
                let mut before = shown(&a, 0.0, 0.0, 0);
                for frame in 0..ease + 20 {
                    let (left, upper) = shown(&a, 0.0, 0.0, frame);
                    let (right, lower) = shown(&a, 1280.0, 720.0, frame);
                    prop_assert!(left <= 1e-9 && upper <= 1e-9 && right >= 1280.0 - 1e-3 && lower >= 720.0 - 1e-3);
                    // The steepest a smoothstep gets is 1.5 times its mean.
                    let step = 1.5 * 1280.0 * 0.38 / f64::from(ease) + 1e-6;
                    prop_assert!((left - before.0).abs() <= step && (upper - before.1).abs() <= step);
                    before = (left, upper);
                }
                prop_assert_eq!(shown(&a, 0.0, 0.0, 6 + ease), (0.0, 0.0));
                prop_assert_eq!(shown(&a, 1280.0, 720.0, 6 + ease), (1280.0, 720.0));
            }
        }
    }
}
