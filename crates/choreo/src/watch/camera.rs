//! How the camera moves between two frames.
//!
//! Shift and zoom that carry one frame over into the next are found by least squares on the brightness (Lucas and Kanade,
//! "An iterative image registration technique", 1981), from coarse to fine, with pixels that do not follow counting less
//! and less. A dancer before a plain wall would carry the whole picture with them: so the camera is told to move only
//! where parts of the picture all around follow it.

use super::frame::Frame;
use serde::{Deserialize, Serialize};

/// Rounds on each level of detail.
const ROUNDS: usize = 6;
/// A round that changes nothing by this much, pixels of its level, is the last.
const SETTLED_PX: f32 = 0.002;
/// Smaller side of the coarsest level, pixels.
const COARSEST: usize = 11;
/// Blocks along each side of the picture that are asked whether they follow.
const BLOCKS: usize = 5;
/// Mean change of brightness from pixel to pixel, grey levels, from which on a block shows movement at all.
const TEXTURE: f32 = 2.0;
/// Share of the blocks asked that must follow.
const FOLLOW: f32 = 0.7;
/// A block follows when the move leaves at most this share of the change that the opposite move leaves.
const FOLLOWS: f32 = 0.8;
/// Grey levels a pixel by which the move must be better than the opposite one: noise is not that strong.
const GAIN: f32 = 1.5;
/// Fewest blocks at the rim of the picture that must follow.
const RIM: usize = 4;
/// Move of the picture below which the camera stands still, fractions of the picture and of the zoom.
const STILL: f32 = 0.0006;

/// A zoom must leave at most this share of the change that a shift alone leaves.
const ZOOM_EXPLAINS: f32 = 0.95;
/// Grey levels beyond which a change counts no more for that.
const MIDDLING: f32 = 20.0;

/// From one frame to the next: everything in the picture moves this way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CameraMove {
    /// To the right, fraction of the width.
    pub dx: f32,
    /// Downwards, fraction of the height.
    pub dy: f32,
    /// By what things grow about the middle of the picture, minus one.
    pub zoom: f32,
}

impl CameraMove {
    /// Whether there is none.
    pub fn is_still(&self) -> bool {
        self.dx.abs().max(self.dy.abs()).max(self.zoom.abs()) < STILL
    }

    /// Between two frames of one size; still where that cannot be told.
    pub(super) fn between(before: &Frame<'_>, now: &Frame<'_>) -> Self {
        let (mut levels, mut pair) = (Vec::new(), (Plane::of(before), Plane::of(now)));
        while pair.0.width.min(pair.0.height) >= 2 * COARSEST {
            let next = (pair.0.halved(), pair.1.halved());
            levels.push(std::mem::replace(&mut pair, next));
        }
        levels.push(pair);
        let mut way = Way::default();
        for (level, (before, now)) in levels.iter().rev().enumerate() {
            if level > 0 {
                way = Way { x: 2.0 * way.x, y: 2.0 * way.y, zoom: way.zoom };
            }
            let slopes = Slopes::of(before);
            for _ in 0..ROUNDS {
                let Some(better) = way.refined(&slopes, now) else { return Self::default() };
                let last = std::mem::replace(&mut way, better);
                if way.apart(&last, now.width.max(now.height)) < SETTLED_PX {
                    break;
                }
            }
        }
        let (before, now) = &levels[0];
        let (width, height) = (before.width as f32, before.height as f32);
        way = way.without_needless_zoom(before, now);
        let found = Self { dx: way.x / width, dy: way.y / height, zoom: way.zoom };
        let sane = found.dx.abs().max(found.dy.abs()).max(found.zoom.abs()) < 0.25;
        if sane && !found.is_still() && way.is_followed(before, now) { found } else { Self::default() }
    }
}

/// A frame at some level of detail.
struct Plane {
    width: usize,
    height: usize,
    level: Vec<f32>,
}

impl Plane {
    fn of(frame: &Frame<'_>) -> Self {
        let level = frame.luma().iter().map(|&v| f32::from(v)).collect();
        Self { width: frame.width(), height: frame.height(), level }
    }

    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let at = |x: usize, y: usize| self.level[y * self.width + x];
        let mean = |i: usize| {
            let (x, y) = (2 * (i % width), 2 * (i / width));
            (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0
        };
        Self { width, height, level: (0..width * height).map(mean).collect() }
    }

    /// Brightness between pixels; none outside.
    #[inline]
    fn at(&self, x: f32, y: f32) -> Option<f32> {
        if !(x >= 0.0 && y >= 0.0) {
            return None;
        }
        // Of what is not negative, the whole part is the floor.
        let (left, top) = (x as usize, y as usize);
        if left >= self.width - 1 || top >= self.height - 1 {
            return None;
        }
        let (across, down) = (x - left as f32, y - top as f32);
        let upper = self.level.get(top * self.width + left..)?;
        let (above, below) = (upper.first_chunk::<2>()?, upper.get(self.width..)?.first_chunk::<2>()?);
        let row = |[left, right]: &[f32; 2]| left + across * (right - left);
        Some(row(above) + down * (row(below) - row(above)))
    }

    /// Slope of the brightness at a pixel that is not at the rim.
    fn slope(&self, x: usize, y: usize) -> (f32, f32) {
        let i = y * self.width + x;
        let across = (self.level[i + 1] - self.level[i - 1]) / 2.0;
        (across, (self.level[i + self.width] - self.level[i - self.width]) / 2.0)
    }
}

/// A pixel of the frame before that is asked where it went.
struct Slope {
    x: f32,
    y: f32,
    /// From the middle of the picture.
    u: f32,
    v: f32,
    level: f32,
    /// By how much the brightness changes with each of a way's three numbers.
    along: [f32; 3],
}

/// All of them: every pixel of a small picture, every other one of a larger.
struct Slopes(Vec<Slope>);

impl Slopes {
    fn of(before: &Plane) -> Self {
        let step = 1 + before.width / 96;
        let inner = |side: usize| (1..side - 1).step_by(step);
        let slope = |x: usize, y: usize| {
            let (gx, gy) = before.slope(x, y);
            let (u, v) = (x as f32 - before.width as f32 / 2.0, y as f32 - before.height as f32 / 2.0);
            let level = before.level[y * before.width + x];
            Slope { x: x as f32, y: y as f32, u, v, level, along: [gx, gy, gx * u + gy * v] }
        };
        Self(inner(before.height).flat_map(|y| inner(before.width).map(move |x| slope(x, y))).collect())
    }
}

/// Shift in pixels of a level, and zoom.
#[derive(Clone, Copy, Default)]
struct Way {
    x: f32,
    y: f32,
    zoom: f32,
}

impl Way {
    /// Where something at a pixel of the frame before is now.
    fn moved(&self, plane: &Plane, x: usize, y: usize) -> (f32, f32) {
        let (u, v) = (x as f32 - plane.width as f32 / 2.0, y as f32 - plane.height as f32 / 2.0);
        (x as f32 + self.x + self.zoom * u, y as f32 + self.y + self.zoom * v)
    }

    /// How far apart two ways carry what they carry farthest, pixels of a picture of that longer side.
    fn apart(&self, other: &Self, side: usize) -> f32 {
        let zoom = (self.zoom - other.zoom).abs() * side as f32 / 2.0;
        (self.x - other.x).abs().max((self.y - other.y).abs()) + zoom
    }

    /// One round; none where the picture is too plain to tell.
    fn refined(&self, slopes: &Slopes, now: &Plane) -> Option<Self> {
        let difference = |point: &Slope| {
            let (nx, ny) = (point.x + self.x + self.zoom * point.u, point.y + self.y + self.zoom * point.v);
            now.at(nx, ny).map_or(f32::NAN, |there| there - point.level)
        };
        let differences: Vec<f32> = slopes.0.iter().map(difference).collect();
        let mut sizes: Vec<f32> = differences.iter().filter(|d| !d.is_nan()).map(|d| d.abs()).collect();
        if sizes.len() < 16 {
            return None;
        }
        let middle = sizes.len() / 2;
        let usual = (2.0 * *sizes.select_nth_unstable_by(middle, f32::total_cmp).1).max(2.0);
        let (mut normal, mut right) = ([[0.0_f64; 3]; 3], [0.0_f64; 3]);
        for (point, difference) in slopes.0.iter().zip(&differences).filter(|(_, d)| !d.is_nan()) {
            // Geman and McClure's weight: who is far off is left aside.
            let far = 1.0 + (difference / usual) * (difference / usual);
            let weight = f64::from(1.0 / (far * far));
            for ((row, right), &along) in normal.iter_mut().zip(&mut right).zip(&point.along) {
                let weighted = weight * f64::from(along);
                *right -= weighted * f64::from(*difference);
                for (cell, &across) in row.iter_mut().zip(&point.along) {
                    *cell += weighted * f64::from(across);
                }
            }
        }
        let by = solve(normal, right)?;
        Some(Self { x: self.x + by[0] as f32, y: self.y + by[1] as f32, zoom: self.zoom + by[2] as f32 })
    }

    /// A zoom that explains hardly anything is none: it is all too easily found in what a dancer does.
    fn without_needless_zoom(self, before: &Plane, now: &Plane) -> Self {
        let plain = Self { zoom: 0.0, ..self };
        if self.rest(before, now) < ZOOM_EXPLAINS * plain.rest(before, now) { self } else { plain }
    }

    /// Mean change of brightness that this does not explain; large ones count no more than middling ones.
    fn rest(&self, before: &Plane, now: &Plane) -> f32 {
        let (mut sum, mut count) = (0.0, 0.0_f32);
        for y in (1..before.height - 1).step_by(2) {
            for x in (1..before.width - 1).step_by(2) {
                let (nx, ny) = self.moved(before, x, y);
                if let Some(there) = now.at(nx, ny) {
                    sum += (there - before.level[y * before.width + x]).abs().min(MIDDLING);
                    count += 1.0;
                }
            }
        }
        sum / count.max(1.0)
    }

    /// Whether parts all around the picture follow it.
    fn is_followed(&self, before: &Plane, now: &Plane) -> bool {
        let (mut asked, mut follow, mut rim) = (0_usize, 0_usize, 0_usize);
        for block in 0..BLOCKS * BLOCKS {
            let (column, row) = (block % BLOCKS, block / BLOCKS);
            let range =
                |i: usize, side: usize| (i * side / BLOCKS).max(1)..((i + 1) * side / BLOCKS).min(side - 1);
            let (mut texture, mut moved, mut against, mut count) = (0.0, 0.0, 0.0, 0.0_f32);
            for y in range(row, before.height) {
                for x in range(column, before.width) {
                    let (nx, ny) = self.moved(before, x, y);
                    // Held against the opposite move, which smooths noise between pixels as much.
                    let back = now.at(2.0 * x as f32 - nx, 2.0 * y as f32 - ny);
                    let Some((there, back)) = now.at(nx, ny).zip(back) else { continue };
                    let (gx, gy) = before.slope(x, y);
                    let i = y * before.width + x;
                    texture += gx.abs() + gy.abs();
                    moved += (there - before.level[i]).abs();
                    against += (back - before.level[i]).abs();
                    count += 1.0;
                }
            }
            if count < 4.0 || texture < TEXTURE * count {
                continue;
            }
            asked += 1;
            if moved < FOLLOWS * against && against - moved > GAIN * count {
                follow += 1;
                rim += usize::from(column == 0 || row == 0 || column + 1 == BLOCKS || row + 1 == BLOCKS);
            }
        }
        rim >= RIM && follow as f32 >= FOLLOW * asked as f32
    }
}

/// Three equations by Cramer's rule; none where they do not say it.
fn solve(columns: [[f64; 3]; 3], right: [f64; 3]) -> Option<[f64; 3]> {
    let whole = determinant(columns);
    // Plain pictures have no slopes to speak of.
    if whole.abs() < 1e-3 {
        return None;
    }
    let with = |place: usize| {
        let mut columns = columns;
        columns[place] = right;
        determinant(columns) / whole
    };
    Some([with(0), with(1), with(2)]).filter(|solution| solution.iter().all(|v| v.is_finite()))
}

fn determinant([p, q, r]: [[f64; 3]; 3]) -> f64 {
    p[0] * (q[1] * r[2] - q[2] * r[1]) - q[0] * (p[1] * r[2] - p[2] * r[1])
        + r[0] * (p[1] * q[2] - p[2] * q[1])
}
