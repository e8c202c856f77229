//! Finding the subject in what differs from the background.

use eightcount_domain::{Outline, SubjectBox};

/// Smallest subject, share of the picture's pixels.
const LEAST_AREA: f32 = 0.002;
/// A blob joins the main one when it lies this close, as a share of the main one's height.
const JOIN_GAP: f32 = 0.15;
/// The same for a blob above or below: shoes join a body whose trousers are as grey as the wall.
const JOIN_GAP_UPRIGHT: f32 = 0.45;
/// Share of the blob's pixels left out at each edge of the box: stray pixels must not stretch it.
const TRIM: f32 = 0.004;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: usize,
    pub height: usize,
}

impl Size {
    pub fn pixels(self) -> usize {
        self.width * self.height
    }

    /// That of colour.
    pub fn half(self) -> Self {
        Self { width: self.width / 2, height: self.height / 2 }
    }
}

/// Half-open bounds in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    pub left: usize,
    pub right: usize,
    pub top: usize,
    pub bottom: usize,
}

impl Extent {
    fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            top: self.top.min(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn height(self) -> usize {
        self.bottom - self.top
    }

    /// Whether the other one is so close that it belongs to the same body.
    fn reaches(self, other: Self) -> bool {
        let along =
            |a0: usize, a1: usize, b0: usize, b1: usize| b0.saturating_sub(a1).max(a0.saturating_sub(b1));
        let across = along(self.left, self.right, other.left, other.right) as f32;
        let down = along(self.top, self.bottom, other.top, other.bottom) as f32;
        let height = self.height() as f32;
        let upright = if across == 0.0 { JOIN_GAP_UPRIGHT } else { JOIN_GAP };
        across <= JOIN_GAP * height && down <= upright * height
    }
}

/// One connected set of pixels.
pub struct Blob {
    pub pixels: Vec<u32>,
    extent: Extent,
}

/// A yes or no for each pixel.
#[derive(Clone, Debug)]
pub struct Mask {
    size: Size,
    on: Vec<bool>,
}

impl Mask {
    pub fn empty(size: Size) -> Self {
        Self { size, on: vec![false; size.pixels()] }
    }

    pub fn set(&mut self, pixel: usize, on: bool) {
        self.on[pixel] = on;
    }

    pub fn has(&self, pixel: usize) -> bool {
        self.on[pixel]
    }

    /// Sets what is set in a mask of half its size, too.
    pub fn add_half(&mut self, half: &Self) {
        for (y, row) in self.on.chunks_exact_mut(self.size.width).enumerate() {
            let from = (y / 2).min(half.size.height - 1) * half.size.width;
            let half = &half.on[from..from + half.size.width];
            for (x, on) in row.iter_mut().enumerate() {
                *on |= half[(x / 2).min(half.len() - 1)];
            }
        }
    }

    /// Majority of each pixel's 3 by 3 neighbourhood; the frame's outermost pixels become off.
    pub fn without_specks(&self) -> Self {
        let Size { width, height } = self.size;
        let mut clean = Self::empty(self.size);
        for y in 1..height - 1 {
            let row = |y: usize| &self.on[y * width..][..width];
            let (a, b, c) = (row(y - 1), row(y), row(y + 1));
            let column = |x: usize| u8::from(a[x]) + u8::from(b[x]) + u8::from(c[x]);
            let mut sum = column(0) + column(1);
            for x in 1..width - 1 {
                sum += column(x + 1);
                clean.on[y * width + x] = sum >= 5;
                sum -= column(x - 1);
            }
        }
        clean
    }

    /// Bounds of all that is on.
    pub fn extent(&self) -> Option<Extent> {
        let mut extent: Option<Extent> = None;
        for p in (0..self.on.len()).filter(|&p| self.on[p]) {
            let here = pixel_extent(self.size, p);
            extent = Some(extent.map_or(here, |e| e.union(here)));
        }
        extent
    }

    /// The connected sets, diagonal neighbours included, in order of their first pixel.
    pub fn blobs(&self) -> Vec<Blob> {
        let mut left = self.on.clone();
        let mut blobs = Vec::new();
        let mut open = Vec::new();
        for start in 0..left.len() {
            if !left[start] {
                continue;
            }
            left[start] = false;
            open.push(start);
            let mut blob = Blob { pixels: Vec::new(), extent: pixel_extent(self.size, start) };
            while let Some(p) = open.pop() {
                blob.pixels.push(p as u32);
                blob.extent = blob.extent.union(pixel_extent(self.size, p));
                let (x, y) = (p % self.size.width, p / self.size.width);
                for ny in y.saturating_sub(1)..=(y + 1).min(self.size.height - 1) {
                    for nx in x.saturating_sub(1)..=(x + 1).min(self.size.width - 1) {
                        let next = ny * self.size.width + nx;
                        if left[next] {
                            left[next] = false;
                            open.push(next);
                        }
                    }
                }
            }
            blobs.push(blob);
        }
        blobs
    }
}

fn pixel_extent(size: Size, p: usize) -> Extent {
    let (x, y) = (p % size.width, p / size.width);
    Extent { left: x, right: x + 1, top: y, bottom: y + 1 }
}

/// The subject in one frame.
pub struct Subject {
    pub place: SubjectBox,
    pub pixels: Vec<u32>,
    pub outline: Outline,
    /// Seen from head to foot as far as a mask can tell: inside the picture, and not most of it.
    pub whole: bool,
}

/// The main subject of a mask: the largest and most central blob (one that overlaps where the subject was
/// before counts double, so that it does not jump between people), with what lies close around it.
/// None when nothing is large enough.
pub fn main_subject(mask: &Mask, before: Option<&SubjectBox>) -> Option<Subject> {
    let size = mask.size;
    let least = (LEAST_AREA * size.pixels() as f32).max(6.0);
    let mut blobs = mask.blobs();
    let rank = |blob: &Blob| {
        let centre = (blob.extent.left + blob.extent.right) as f32 / (2 * size.width) as f32;
        let known = before.is_some_and(|b| (centre - b.centre_x).abs() < b.width.max(0.05));
        blob.pixels.len() as f32 * (1.0 - (centre - 0.5).abs()) * if known { 2.0 } else { 1.0 }
    };
    let main =
        (0..blobs.len()).max_by(|&a, &b| rank(&blobs[a]).total_cmp(&rank(&blobs[b])).then(b.cmp(&a)))?;
    let Blob { mut pixels, mut extent } = blobs.swap_remove(main);
    let smallest = (pixels.len() / 100).max(3);
    blobs.retain(|b| b.pixels.len() >= smallest);
    while let Some(near) = blobs.iter().position(|b| extent.reaches(b.extent)) {
        let blob = blobs.swap_remove(near);
        extent = extent.union(blob.extent);
        pixels.extend(blob.pixels);
    }
    if (pixels.len() as f32) < least {
        return None;
    }
    let inner = trimmed(size, &pixels);
    let fraction = |v: usize, of: usize| v as f32 / of as f32;
    let place = SubjectBox {
        centre_x: fraction(inner.left + inner.right, 2 * size.width),
        top: fraction(inner.top, size.height),
        bottom: fraction(inner.bottom, size.height),
        width: fraction(inner.right - inner.left, size.width),
    };
    let inside = inner.left > 1 && inner.right + 1 < size.width && inner.bottom + 1 < size.height;
    let whole = inside && fraction(pixels.len(), size.pixels()) < 0.6;
    let outline = outline(size, &pixels, inner);
    Some(Subject { place, pixels, outline, whole })
}

/// The shape of these pixels within their bounds.
fn outline(size: Size, pixels: &[u32], bounds: Extent) -> Outline {
    let (width, height) = (bounds.right - bounds.left, bounds.bottom - bounds.top);
    let mut counts = [[0_usize; 8]; 16];
    for &p in pixels {
        let (x, y) = (p as usize % size.width, p as usize / size.width);
        if (bounds.left..bounds.right).contains(&x) && (bounds.top..bounds.bottom).contains(&y) {
            counts[(y - bounds.top) * 16 / height][(x - bounds.left) * 8 / width] += 1;
        }
    }
    // Of a small subject cells hold few pixels and not equally many.
    let part = |i: usize, of: usize, parts: usize| ((i + 1) * of).div_ceil(parts) - (i * of).div_ceil(parts);
    Outline(std::array::from_fn(|row| {
        (0..8).fold(0, |bits, column| {
            let area = part(row, height, 16) * part(column, width, 8);
            bits << 1 | u8::from(area > 0 && 2 * counts[row][column] >= area)
        })
    }))
}

/// Bounds of the pixels without the outermost [`TRIM`] on each side.
fn trimmed(size: Size, pixels: &[u32]) -> Extent {
    let mut columns = vec![0_usize; size.width];
    let mut rows = vec![0_usize; size.height];
    for &p in pixels {
        columns[p as usize % size.width] += 1;
        rows[p as usize / size.width] += 1;
    }
    let spare = (TRIM * pixels.len() as f32) as usize;
    Extent {
        left: passed(columns.iter(), spare),
        right: size.width - passed(columns.iter().rev(), spare),
        top: passed(rows.iter(), spare),
        bottom: size.height - passed(rows.iter().rev(), spare),
    }
}

/// How many counts pass until more than `spare` pixels were seen.
fn passed<'a>(mut counts: impl Iterator<Item = &'a usize>, spare: usize) -> usize {
    let mut seen = 0;
    let enough = |&count: &usize| {
        seen += count;
        seen > spare
    };
    counts.position(enough).unwrap_or(0)
}
