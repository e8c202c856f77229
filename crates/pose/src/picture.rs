//! One colour picture, checked, and how to look at a part of it.

#![expect(clippy::inline_always, reason = "every pixel of what the models see passes here")]

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Pixels that do not make a picture of the size they are said to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{actual} bytes where a picture of {width} x {height} has {expected}")]
pub struct PictureError {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Bytes that it should have.
    pub expected: usize,
    /// Bytes given.
    pub actual: usize,
}

/// One colour picture: red, green and blue of a byte each, rows from the top, no padding.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    width: usize,
    height: usize,
    pixels: &'a [u8],
}

/// A square part of a picture, turned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Square {
    pub centre: (f32, f32),
    pub side: f32,
    /// Radians, clockwise on the screen.
    pub angle: f32,
}

impl<'a> Picture<'a> {
    /// Checks the size: both sides at least one pixel, and as many bytes as that takes.
    pub fn new(width: usize, height: usize, pixels: &'a [u8]) -> Result<Self, PictureError> {
        let expected = width.saturating_mul(height).saturating_mul(3);
        if expected == 0 || pixels.len() != expected {
            return Err(PictureError { width, height, expected, actual: pixels.len() });
        }
        Ok(Self { width, height, pixels })
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Colour at a point in pixels (bilinear), each of red, green and blue 0 to 255; black outside.
    #[inline(always)]
    pub(crate) fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let (left, top) = (floor(x), floor(y));
        let (across, down) = (x - left as f32, y - top as f32);
        let weights =
            [(1.0 - across) * (1.0 - down), across * (1.0 - down), (1.0 - across) * down, across * down];
        let [above, below] = self.corners(left, top);
        let mix = |c: usize| {
            let near = weights[0] * f32::from(above[c]) + weights[1] * f32::from(above[3 + c]);
            near + (weights[2] * f32::from(below[c]) + weights[3] * f32::from(below[3 + c]))
        };
        [mix(0), mix(1), mix(2)]
    }

    /// Two pixels side by side and the two below them; black outside.
    #[inline(always)]
    fn corners(&self, left: i32, top: i32) -> [[u8; 6]; 2] {
        let inside =
            left >= 0 && top >= 0 && left as usize + 1 < self.width && top as usize + 1 < self.height;
        if inside {
            let start = (top as usize * self.width + left as usize) * 3;
            let row = |start: usize| self.pixels.get(start..)?.first_chunk::<6>().copied();
            if let (Some(above), Some(below)) = (row(start), row(start + self.width * 3)) {
                return [above, below];
            }
        }
        let place = |at: i32, side: usize| usize::try_from(at).ok().filter(|&at| at < side);
        let pixel = |x: i32, y: i32| {
            let start =
                place(x, self.width).zip(place(y, self.height)).map(|(x, y)| (y * self.width + x) * 3);
            start.and_then(|start| self.pixels.get(start..start + 3)).map_or([0; 3], |p| [p[0], p[1], p[2]])
        };
        [top, top.saturating_add(1)].map(|y| {
            let pair = [pixel(left, y), pixel(left.saturating_add(1), y)];
            std::array::from_fn(|i| pair[i / 3][i % 3])
        })
    }

    /// A part of the picture as `side` by `side` pixels, each value turned by `tone`.
    pub(crate) fn part(&self, square: &Square, side: usize, tone: impl Fn(f32) -> f32, to: &mut Vec<f32>) {
        to.resize(side * side * 3, 0.0);
        let step = square.side / side as f32;
        let (sin, cos) = square.angle.sin_cos();
        let middle = side as f32 / 2.0;
        for (y, row) in to.chunks_exact_mut(side * 3).enumerate() {
            let v = (y as f32 + 0.5 - middle) * step;
            for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let u = (x as f32 + 0.5 - middle) * step;
                let (px, py) = (square.centre.0 + u * cos - v * sin, square.centre.1 + u * sin + v * cos);
                *pixel = self.at(px - 0.5, py - 0.5).map(&tone);
            }
        }
    }

    /// The smallest upright square around the whole picture.
    pub(crate) fn whole(&self) -> Square {
        let (width, height) = (self.width as f32, self.height as f32);
        Square { centre: (width / 2.0, height / 2.0), side: width.max(height), angle: 0.0 }
    }

    /// Squares of the picture's shorter side that cover it with overlap: none when it is hardly longer than wide.
    pub(crate) fn parts(&self) -> Vec<Square> {
        let (width, height) = (self.width as f32, self.height as f32);
        let (long, side) = (width.max(height), width.min(height));
        if long < 1.25 * side {
            return Vec::new();
        }
        let most = (1.5 * long / side).ceil();
        let middle = |i: f32| side / 2.0 + i / (most - 1.0) * (long - side);
        let square = |i: u8| {
            let along = middle(f32::from(i));
            let centre = if width >= height { (along, height / 2.0) } else { (width / 2.0, along) };
            Square { centre, side, angle: 0.0 }
        };
        (0..most as u8).map(square).collect()
    }
}

/// The largest whole number not above; quicker than what serves all numbers.
fn floor(value: f32) -> i32 {
    let toward_zero = value as i32;
    toward_zero - i32::from((toward_zero as f32) > value)
}

impl Square {
    /// A point of the square's own picture of `side` by `side` pixels, as a point of the picture.
    pub fn outward(&self, (x, y): (f32, f32), side: usize) -> (f32, f32) {
        let step = self.side / side as f32;
        let (u, v) = ((x - side as f32 / 2.0) * step, (y - side as f32 / 2.0) * step);
        let (sin, cos) = self.angle.sin_cos();
        (self.centre.0 + u * cos - v * sin, self.centre.1 + u * sin + v * cos)
    }
}
