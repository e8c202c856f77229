//! Fitting a mezzanine's picture into the product's: never squeezed.

use eightcount_domain::SubjectBox;
use serde::{Deserialize, Serialize};

/// Cutting away up to this share of a side needs no knowledge of where the dancer is.
const BLIND_CROP: f64 = 0.13;
/// Room kept around the subject inside a crop, as a share of the source's side.
const MARGIN: f64 = 0.06;
/// Cropping that would enlarge the picture more than this looks worse than a blurred surround.
const LARGEST_UPSCALE: f64 = 2.7;
/// A dancer who is this far from the middle, as a share of the picture, is brought nearer to it.
const OFF_CENTRE: f64 = 0.04;
/// How much closer that may bring the picture: a dancer a sixth of it beside the middle stands at most 3 % beside it then.
const CLOSEST: f64 = 1.2;

/// How a source picture fills the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fit {
    /// A window of the source, in source pixels, scaled to the whole canvas.
    Crop {
        /// Left edge.
        x: u32,
        /// Upper edge.
        y: u32,
        /// Width, of the canvas's shape to the pixel.
        width: u32,
        /// Height.
        height: u32,
    },
    /// The whole source scaled to this size in canvas pixels, centred over a blurred copy of itself.
    Blur {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
}

/// A width and a height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Size {
    /// Long side over short side.
    pub(crate) fn elongation(self) -> f64 {
        f64::from(self.width.max(self.height)) / f64::from(self.width.min(self.height).max(1))
    }
}

fn even(length: f64) -> u32 {
    (2.0 * (length / 2.0).round()) as u32
}

impl Fit {
    /// The fit of a source into a canvas. Crops around the subject where its boxes are known and the window
    /// holds them, or where little is lost; else blurs.
    pub(crate) fn of(source: Size, canvas: Size, boxes: [Option<SubjectBox>; 2]) -> Self {
        let (sw, sh) = (f64::from(source.width), f64::from(source.height));
        let shape = f64::from(canvas.width) / f64::from(canvas.height);
        let width = even(sw.min(sh * shape)).clamp(2, source.width.max(2));
        let height = even(sh.min(sw / shape)).clamp(2, source.height.max(2));
        let across = Axis { side: sw, window: f64::from(width) };
        let down = Axis { side: sh, window: f64::from(height) };
        let spans = |pick: fn(&SubjectBox) -> (f32, f32)| {
            let mut known = boxes.iter().flatten().map(pick);
            let first = known.next()?;
            Some(known.fold(first, |(low, high), (l, h)| (low.min(l), high.max(h))))
        };
        let x = across.place(spans(|b| (b.centre_x - b.width / 2.0, b.centre_x + b.width / 2.0)));
        let y = down.place(spans(|b| (b.top, b.bottom)));
        let upscale = f64::from(canvas.width) / f64::from(width);
        let whole = width + 2 > source.width && height + 2 > source.height;
        match (x, y) {
            (Some(x), Some(y)) if whole || upscale <= LARGEST_UPSCALE => {
                let window = Window { x, y, width, height };
                window.centred(source, shape, boxes).unwrap_or(window).into()
            }
            _ => {
                let scale = (f64::from(canvas.width) / sw).min(f64::from(canvas.height) / sh);
                Self::Blur {
                    width: even(sw * scale).clamp(2, canvas.width),
                    height: even(sh * scale).clamp(2, canvas.height),
                }
            }
        }
    }

    /// Where a box of the source lies on the canvas, in fractions of the canvas.
    pub(crate) fn place(&self, subject: SubjectBox, source: Size, canvas: Size) -> SubjectBox {
        let along = |at: f32, side: u32, canvas_side: u32, offset: u32, window: u32, blurred: u32| match self
        {
            Self::Crop { .. } => (at * side as f32 - offset as f32) / window as f32,
            Self::Blur { .. } => 0.5 + (at - 0.5) * blurred as f32 / canvas_side as f32,
        };
        let (x, y, width, height) = match *self {
            Self::Crop { x, y, width, height } => (x, y, width, height),
            Self::Blur { width, height } => (0, 0, width, height),
        };
        let across = |at| along(at, source.width, canvas.width, x, width, width);
        let down = |at| along(at, source.height, canvas.height, y, height, height);
        SubjectBox {
            centre_x: across(subject.centre_x),
            top: down(subject.top),
            bottom: down(subject.bottom),
            width: across(subject.width) - across(0.0),
        }
    }
}

/// A part of the source, in its pixels.
#[derive(Clone, Copy)]
struct Window {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl From<Window> for Fit {
    fn from(Window { x, y, width, height }: Window) -> Self {
        Self::Crop { x, y, width, height }
    }
}

impl Window {
    /// A closer window of the wanted shape (width over height), in which a dancer whose eight begins and ends beside the middle stands nearer to
    /// it, with the feet where they were: two dancers far apart on their stages are neighbours at a cut then, near enough
    /// to be aligned. None where that is not needed, or where it would cut the dancer off.
    fn centred(self, source: Size, shape: f64, boxes: [Option<SubjectBox>; 2]) -> Option<Self> {
        let [Some(start), Some(end)] = boxes else { return None };
        let (sw, sh) = (f64::from(source.width), f64::from(source.height));
        let low = f64::from((start.centre_x - start.width / 2.0).min(end.centre_x - end.width / 2.0));
        let high = f64::from((start.centre_x + start.width / 2.0).max(end.centre_x + end.width / 2.0));
        let (top, feet) = (f64::from(start.top.min(end.top)), f64::from(start.bottom.max(end.bottom)));
        let stands = f64::from(f32::midpoint(start.centre_x, end.centre_x));
        let beside = (stands * sw - f64::from(self.x)) / f64::from(self.width);
        if (beside - 0.5).abs() < OFF_CENTRE {
            return None;
        }
        let closer = (0.5 / beside.min(1.0 - beside).max(0.01)).min(CLOSEST);
        let near_width = even(f64::from(self.width) / closer).min(self.width);
        let near_height = even(f64::from(near_width) / shape).min(self.height);
        let place = |middle: f64, near: u32, from: u32, side: u32| {
            let start = (middle - f64::from(near) / 2.0).max(f64::from(from));
            even(start.min(f64::from(from + side - near))).min((from + side - near) & !1)
        };
        let x = place(stands * sw, near_width, self.x, self.width);
        let fixed = feet * sh - (feet * sh - f64::from(self.y)) / closer;
        let y = place(fixed + f64::from(near_height) / 2.0, near_height, self.y, self.height);
        let holds = |low: f64, high: f64, side: f64, from: u32, near: u32| {
            (low - MARGIN).max(0.0) * side >= f64::from(from)
                && (high + MARGIN).min(1.0) * side <= f64::from(from + near)
        };
        let whole = holds(low, high, sw, x, near_width) && holds(top, feet, sh, y, near_height);
        whole.then_some(Self { x, y, width: near_width, height: near_height })
    }
}

/// One direction of a crop.
struct Axis {
    side: f64,
    window: f64,
}

impl Axis {
    /// Where the window starts, even; none when it would cut the subject, or too much of a picture in which
    /// the subject's place is unknown.
    fn place(&self, subject: Option<(f32, f32)>) -> Option<u32> {
        let room = self.side - self.window;
        let lost = room / self.side;
        let start = match subject {
            _ if lost < 0.02 => room / 2.0,
            None => (lost <= BLIND_CROP).then_some(room / 2.0)?,
            Some((low, high)) => {
                let low = (f64::from(low) - MARGIN).max(0.0) * self.side;
                let high = (f64::from(high) + MARGIN).min(1.0) * self.side;
                (high - low <= self.window).then(|| (low + high - self.window) / 2.0)?
            }
        };
        let start = even(start.clamp(0.0, room));
        Some(start.min(2 * (room / 2.0) as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LANDSCAPE: Size = Size { width: 1280, height: 720 };
    const PORTRAIT: Size = Size { width: 720, height: 1280 };

    fn dancer(centre_x: f32, width: f32) -> SubjectBox {
        SubjectBox { centre_x, top: 0.1, bottom: 0.9, width }
    }

    #[test]
    fn the_same_shape_is_kept_whole() {
        let fit = Fit::of(LANDSCAPE, LANDSCAPE, [None, None]);
        assert_eq!(fit, Fit::Crop { x: 0, y: 0, width: 1280, height: 720 });
        let small = Fit::of(Size { width: 854, height: 480 }, LANDSCAPE, [None, None]);
        assert!(matches!(small, Fit::Crop { x: 0, y: 0, width: 852..=854, height: 480 }), "{small:?}");
    }

    #[test]
    fn landscape_becomes_portrait_around_the_dancer() {
        let fit = Fit::of(LANDSCAPE, PORTRAIT, [Some(dancer(0.7, 0.15)), Some(dancer(0.72, 0.15))]);
        assert_eq!(fit, Fit::Crop { x: 706, y: 0, width: 406, height: 720 });
    }

    #[test]
    fn who_stands_beside_the_middle_is_brought_nearer_to_it() {
        let fit_of = |start, end| Fit::of(LANDSCAPE, LANDSCAPE, [Some(start), Some(end)]);
        let centred = |x: f32| SubjectBox { centre_x: x, top: 0.35, bottom: 0.88, width: 0.1 };
        let seen_at = |x: f32| fit_of(centred(x), centred(x)).place(centred(x), LANDSCAPE, LANDSCAPE);
        for x in [0.3, 0.38, 0.42, 0.58, 0.62] {
            let seen = seen_at(x);
            assert!((seen.centre_x - 0.5).abs() < (x - 0.5).abs() - 0.04, "{x} {seen:?}");
            assert!((seen.bottom - 0.88).abs() < 0.01 && seen.bottom - seen.top < 0.53 * 1.21, "{seen:?}");
        }
        assert!((seen_at(0.625).centre_x - seen_at(0.42).centre_x).abs() < 0.06);
        let whole = Fit::Crop { x: 0, y: 0, width: 1280, height: 720 };
        // Near enough; travelling through the middle; too tall for less of the picture; too wide at its side.
        assert_eq!(fit_of(centred(0.47), centred(0.47)), whole);
        assert_eq!(fit_of(centred(0.2), centred(0.8)), whole);
        assert_eq!(fit_of(dancer(0.4, 0.1), dancer(0.4, 0.1)), whole);
        let wide = SubjectBox { width: 0.75, ..centred(0.42) };
        assert_eq!(fit_of(wide, wide), whole);
    }

    #[test]
    fn what_would_be_cut_off_is_blurred_around_instead() {
        let wide = Fit::of(LANDSCAPE, PORTRAIT, [Some(dancer(0.2, 0.15)), Some(dancer(0.8, 0.15))]);
        assert_eq!(wide, Fit::Blur { width: 720, height: 406 });
        let unknown = Fit::of(LANDSCAPE, PORTRAIT, [None, None]);
        assert_eq!(unknown, Fit::Blur { width: 720, height: 406 });
        let tall = Fit::of(Size { width: 406, height: 720 }, LANDSCAPE, [Some(dancer(0.5, 0.3)), None]);
        assert_eq!(tall, Fit::Blur { width: 406, height: 720 });
    }

    #[test]
    fn a_box_moves_with_its_picture() {
        let fit = Fit::Crop { x: 706, y: 0, width: 406, height: 720 };
        let seen =
            fit.place(SubjectBox { centre_x: 0.7, top: 0.1, bottom: 0.9, width: 0.1 }, LANDSCAPE, PORTRAIT);
        assert!((seen.centre_x - (896.0 - 706.0) / 406.0).abs() < 1e-5, "{seen:?}");
        assert!((seen.width - 128.0 / 406.0).abs() < 1e-5 && (seen.bottom - 0.9).abs() < 1e-6, "{seen:?}");
        let blurred = Fit::Blur { width: 720, height: 406 };
        let seen = blurred.place(
            SubjectBox { centre_x: 0.7, top: 0.0, bottom: 1.0, width: 0.1 },
            LANDSCAPE,
            PORTRAIT,
        );
        assert!((seen.centre_x - 0.7).abs() < 1e-6, "{seen:?}");
        assert!((seen.bottom - seen.top - 406.0 / 1280.0).abs() < 1e-6, "{seen:?}");
    }

    proptest! {
        #[test]
        fn never_squeezed_and_always_inside(
            w in 64_u32..2000, h in 64_u32..2000, canvas in prop::sample::select(vec![(1280, 720), (720, 1280), (720, 720)]),
            centre in 0.0_f32..1.0, width in 0.01_f32..1.0, known in 0_usize..3,
        ) {
            let source = Size { width: w & !1, height: h & !1 };
            let canvas = Size { width: canvas.0, height: canvas.1 };
            let small = SubjectBox { top: 0.5, ..dancer(centre, width) };
            let boxes = [[None, None], [Some(dancer(centre, width)), None], [Some(small), Some(small)]][known];
            match Fit::of(source, canvas, boxes) {
                Fit::Crop { x, y, width, height } => {
                    prop_assert!(x + width <= source.width && y + height <= source.height);
                    let shape = f64::from(canvas.width) / f64::from(canvas.height);
                    let error = f64::from(width) - f64::from(height) * shape;
                    prop_assert!(error.abs() <= 1.0 + shape, "{width}x{height}");
                }
                Fit::Blur { width, height } => {
                    prop_assert!(width <= canvas.width && height <= canvas.height);
                    prop_assert!(width == canvas.width || height == canvas.height);
                }
            }
        }
    }
}
