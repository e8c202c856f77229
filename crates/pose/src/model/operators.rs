//! What the operators compute, on pictures laid out row by row with their channels together (NHWC).
//!
//! The heavy ones are compiled once for each instruction set ([`pulp`]) and chosen when they run; they are written
//! as plain loops of fixed width that the compiler turns into vector instructions.

#![expect(clippy::inline_always, reason = "vector code is compiled anew inside each instruction set")]

use super::tflite::{Bounds, Padding};
use pulp::{Arch, Simd, WithSimd};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};
use std::ops::Range;

/// Values that are computed side by side.
const LANES: usize = 16;
/// Rows that share a pass over the weights.
const TILE: usize = 6;
/// Products below which handing work to another core costs more than it saves.
const LEAST_PART: usize = 150_000;

/// Height, width and channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

impl Shape {
    pub fn size(self) -> usize {
        self.height * self.width * self.channels
    }

    fn pixel(self, y: usize, x: usize) -> usize {
        (y * self.width + x) * self.channels
    }
}

/// A window that slides over a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub size: (usize, usize),
    pub stride: (usize, usize),
    /// Rows and columns before the picture's first.
    before: (usize, usize),
}

impl Window {
    pub fn new(
        from: Shape,
        to: Shape,
        size: (usize, usize),
        stride: (usize, usize),
        padding: Padding,
    ) -> Self {
        let before = |from: usize, to: usize, size: usize, stride: usize| match padding {
            Padding::Valid => 0,
            Padding::Same => (to.saturating_sub(1) * stride + size).saturating_sub(from) / 2,
        };
        let before = (
            before(from.height, to.height, size.0, stride.0),
            before(from.width, to.width, size.1, stride.1),
        );
        Self { size, stride, before }
    }

    /// It looks at single pixels, one by one.
    pub fn is_point(&self) -> bool {
        self.size == (1, 1) && self.stride == (1, 1)
    }

    /// The window's rows (`axis` 0) or columns (1) that lie within `side` for the output row or column `at`.
    #[inline(always)]
    fn inside(&self, at: usize, axis: usize, side: usize) -> Range<usize> {
        let pick = |pair: (usize, usize)| if axis == 0 { pair.0 } else { pair.1 };
        let (start, before) = (at * pick(self.stride), pick(self.before));
        let last = (side + before).saturating_sub(start).min(pick(self.size));
        before.saturating_sub(start).min(last)..last
    }

    /// The pixel of `from` under tap `(i, j)` for output pixel `(y, x)`; none beyond the edge.
    #[inline(always)]
    fn under(&self, from: Shape, (y, x): (usize, usize), (i, j): (usize, usize)) -> Option<usize> {
        let y = (y * self.stride.0 + i).checked_sub(self.before.0).filter(|&y| y < from.height)?;
        let x = (x * self.stride.1 + j).checked_sub(self.before.1).filter(|&x| x < from.width)?;
        Some(from.pixel(y, x))
    }
}

/// Weights of a convolution, laid out for [`multiply`].
pub(super) struct Weights {
    /// For each [`LANES`] outputs, for each input, their weights.
    panels: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
    outputs: usize,
    bounds: Bounds,
}

impl Weights {
    /// From rows of `inputs` weights, one for each output.
    pub fn new(rows: &[f32], bias: &[f32], inputs: usize, outputs: usize, bounds: Bounds) -> Self {
        let padded = outputs.div_ceil(LANES) * LANES;
        let mut panels = vec![0.0; padded * inputs];
        for (output, row) in rows.chunks_exact(inputs).enumerate() {
            let panel = &mut panels[output / LANES * LANES * inputs..];
            for (input, &weight) in row.iter().enumerate() {
                panel[input * LANES + output % LANES] = weight;
            }
        }
        let mut bias = bias.to_vec();
        bias.resize(padded, 0.0);
        Self { panels, bias, inputs, outputs, bounds }
    }
}

struct Multiply<'a>(&'a Weights, &'a [f32], &'a mut [f32]);

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(weights, from, to) = self;
        let (inputs, outputs) = (weights.inputs, weights.outputs);
        for (from, to) in from.chunks(TILE * inputs).zip(to.chunks_mut(TILE * outputs)) {
            // Where there are fewer rows than a tile has, the last one stands for those that are missing.
            let last = from.len() / inputs - 1;
            let row = |r: usize| &from[r.min(last) * inputs..][..inputs];
            let rows: [&[f32]; TILE] = std::array::from_fn(row);
            let panels = weights.panels.chunks_exact(LANES * inputs);
            for (p, (panel, bias)) in panels.zip(weights.bias.as_chunks().0).enumerate() {
                let sums = if LANES == 2 * S::F32_LANES {
                    tile(simd, rows, panel, bias)
                } else {
                    plain_tile(rows, panel, bias)
                };
                for (sums, row) in sums.iter().zip(to.chunks_exact_mut(outputs)) {
                    for (to, sum) in row[p * LANES..].iter_mut().zip(sums) {
                        *to = sum.max(weights.bounds.least).min(weights.bounds.most);
                    }
                }
            }
        }
    }
}

/// [`TILE`] rows, input by input, times [`LANES`] columns of weights, which are two vectors.
#[inline(always)]
fn tile<S: Simd>(simd: S, rows: [&[f32]; TILE], panel: &[f32], bias: &[f32; LANES]) -> [[f32; LANES]; TILE] {
    let (panel, bias) = (S::as_simd_f32s(panel).0.as_chunks::<2>().0, S::as_simd_f32s(bias).0);
    let mut sums = [[bias[0], bias[1]]; TILE];
    let [first, second, third, fourth, fifth, sixth] = rows;
    // Walking side by side needs no check for each value.
    let pairs = (first.iter().zip(second), third.iter().zip(fourth), fifth.iter().zip(sixth));
    let columns = pairs.0.zip(pairs.1).zip(pairs.2);
    for (&[left, right], (((first, second), (third, fourth)), (fifth, sixth))) in panel.iter().zip(columns) {
        for (sums, value) in sums.iter_mut().zip([first, second, third, fourth, fifth, sixth]) {
            let value = simd.splat_f32s(*value);
            sums[0] = simd.mul_add_f32s(value, left, sums[0]);
            sums[1] = simd.mul_add_f32s(value, right, sums[1]);
        }
    }
    let mut plain = [[0.0; LANES]; TILE];
    for (plain, sums) in plain.iter_mut().zip(&sums) {
        S::as_mut_simd_f32s(plain).0.copy_from_slice(sums);
    }
    plain
}

/// The same where two vectors are not as wide.
#[inline(always)]
fn plain_tile(rows: [&[f32]; TILE], panel: &[f32], bias: &[f32; LANES]) -> [[f32; LANES]; TILE] {
    let mut sums = [*bias; TILE];
    for (input, weights) in panel.as_chunks::<LANES>().0.iter().enumerate() {
        for (sums, row) in sums.iter_mut().zip(rows) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += row[input] * weight;
            }
        }
    }
    sums
}

/// Rows of inputs times weights, plus bias, within bounds: the heart of every convolution.
pub(super) fn multiply(weights: &Weights, from: &[f32], to: &mut [f32]) {
    let rows = to.len() / weights.outputs;
    let share = share(rows, weights.inputs * weights.outputs).next_multiple_of(TILE);
    let parts = from.par_chunks(share * weights.inputs).zip(to.par_chunks_mut(share * weights.outputs));
    parts.for_each(|(from, to)| Arch::new().dispatch(Multiply(weights, from, to)));
}

/// Into how many rows at once the work of so many, each of so many products, is divided among the cores.
fn share(rows: usize, products: usize) -> usize {
    let parts = (rows * products / LEAST_PART).clamp(1, rayon::current_num_threads());
    rows.div_ceil(parts).max(1)
}

/// Lays what is under the window for each output pixel into a row of its own; zero beyond the edge.
pub(super) fn gather(window: &Window, from_shape: Shape, to_shape: Shape, from: &[f32], rows: &mut [f32]) {
    let (height, width) = window.size;
    let channels = from_shape.channels;
    let mut parts = rows.chunks_exact_mut(width * channels);
    for pixel in 0..to_shape.height * to_shape.width {
        let at = (pixel / to_shape.width, pixel % to_shape.width);
        for (i, part) in (0..height).zip(parts.by_ref()) {
            let ends = (window.under(from_shape, at, (i, 0)), window.under(from_shape, at, (i, width - 1)));
            if let (Some(first), Some(_)) = ends {
                part.copy_from_slice(&from[first..first + width * channels]);
                continue;
            }
            for (j, part) in part.chunks_exact_mut(channels).enumerate() {
                match window.under(from_shape, at, (i, j)) {
                    Some(start) => part.copy_from_slice(&from[start..start + channels]),
                    None => part.fill(0.0),
                }
            }
        }
    }
}

/// A convolution of each channel with a window of its own.
pub(super) struct Depthwise {
    pub window: Window,
    /// For each place in the window, the weights of all channels.
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
    pub bounds: Bounds,
}

/// The output rows from `first` on that `to` holds.
struct Slide<'a> {
    depthwise: &'a Depthwise,
    from_shape: Shape,
    to_shape: Shape,
    from: &'a [f32],
    first: usize,
    to: &'a mut [f32],
}

impl WithSimd for Slide<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { depthwise, from_shape, to_shape, from, first, to } = self;
        if !from_shape.channels.is_multiple_of(S::F32_LANES) {
            return depthwise.plainly(from_shape, to_shape, from, first, to);
        }
        let (window, bounds) = (&depthwise.window, &depthwise.bounds);
        let vectors = from_shape.channels / S::F32_LANES;
        let (from, to) = (S::as_simd_f32s(from).0, S::as_mut_simd_f32s(to).0);
        let (weights, bias) = (S::as_simd_f32s(&depthwise.weights).0, S::as_simd_f32s(&depthwise.bias).0);
        let (least, most) = (simd.splat_f32s(bounds.least), simd.splat_f32s(bounds.most));
        for (pixel, to) in to.chunks_exact_mut(vectors).enumerate() {
            let (y, x) = (first + pixel / to_shape.width, pixel % to_shape.width);
            let columns = window.inside(x, 1, from_shape.width);
            to.copy_from_slice(bias);
            for i in window.inside(y, 0, from_shape.height) {
                let row = (y * window.stride.0 + i - window.before.0) * from_shape.width;
                let pixel = row + x * window.stride.1 + columns.start - window.before.1;
                let from = &from[pixel * vectors..];
                let weights = &weights[(i * window.size.1 + columns.start) * vectors..];
                match columns.len() {
                    3 => slide_row::<S, 3>(simd, from, weights, to),
                    5 => slide_row::<S, 5>(simd, from, weights, to),
                    taps => {
                        for tap in (0..taps).map(|tap| tap * vectors) {
                            slide_row::<S, 1>(simd, &from[tap..], &weights[tap..], to);
                        }
                    }
                }
            }
            for to in to {
                *to = simd.min_f32s(simd.max_f32s(*to, least), most);
            }
        }
    }
}

/// Adds what `N` pixels side by side, times their weights, give to one.
#[inline(always)]
fn slide_row<S: Simd, const N: usize>(simd: S, from: &[S::f32s], weights: &[S::f32s], to: &mut [S::f32s]) {
    let vectors = to.len();
    let part = |of: usize| of * vectors..(of + 1) * vectors;
    let from: [&[S::f32s]; N] = std::array::from_fn(|n| &from[part(n)]);
    let weights: [&[S::f32s]; N] = std::array::from_fn(|n| &weights[part(n)]);
    for (v, to) in to.iter_mut().enumerate() {
        let mut sum = *to;
        for (from, weights) in from.iter().zip(&weights) {
            sum = simd.mul_add_f32s(from[v], weights[v], sum);
        }
        *to = sum;
    }
}

impl Depthwise {
    /// Channel by channel, where they do not fill vectors.
    fn plainly(&self, from_shape: Shape, to_shape: Shape, from: &[f32], first: usize, to: &mut [f32]) {
        for (pixel, to) in to.chunks_exact_mut(from_shape.channels).enumerate() {
            let at = (first + pixel / to_shape.width, pixel % to_shape.width);
            for (channel, to) in to.iter_mut().enumerate() {
                *to = self.one(from_shape, at, channel, from);
            }
        }
    }

    /// One channel of one output pixel.
    fn one(&self, from_shape: Shape, at: (usize, usize), channel: usize, from: &[f32]) -> f32 {
        let mut sum = self.bias[channel];
        for tap in 0..self.window.size.0 * self.window.size.1 {
            let under =
                self.window.under(from_shape, at, (tap / self.window.size.1, tap % self.window.size.1));
            if let Some(start) = under {
                sum += from[start + channel] * self.weights[tap * from_shape.channels + channel];
            }
        }
        sum.max(self.bounds.least).min(self.bounds.most)
    }
}

pub(super) fn depthwise(
    depthwise: &Depthwise,
    from_shape: Shape,
    to_shape: Shape,
    from: &[f32],
    to: &mut [f32],
) {
    let row = to_shape.width * to_shape.channels;
    let share = share(to_shape.height, row * depthwise.window.size.0 * depthwise.window.size.1);
    to.par_chunks_mut(share * row).enumerate().for_each(|(part, to)| {
        let first = part * share;
        Arch::new().dispatch(Slide { depthwise, from_shape, to_shape, from, first, to });
    });
}

/// The largest value under the window, for each channel.
pub(super) fn max_pool(window: &Window, from_shape: Shape, to_shape: Shape, from: &[f32], to: &mut [f32]) {
    let channels = from_shape.channels;
    to.fill(f32::NEG_INFINITY);
    for (pixel, to) in to.chunks_exact_mut(channels).enumerate() {
        let at = (pixel / to_shape.width, pixel % to_shape.width);
        for tap in 0..window.size.0 * window.size.1 {
            if let Some(start) = window.under(from_shape, at, (tap / window.size.1, tap % window.size.1)) {
                for (to, &value) in to.iter_mut().zip(&from[start..start + channels]) {
                    *to = to.max(value);
                }
            }
        }
    }
}

/// Sums within bounds.
pub(super) fn add(a: &[f32], b: &[f32], bounds: Bounds, to: &mut [f32]) {
    for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
        *to = (a + b).max(bounds.least).min(bounds.most);
    }
}

/// Zeros around the picture: `before` rows, columns and channels.
pub(super) fn pad(before: [usize; 3], from_shape: Shape, to_shape: Shape, from: &[f32], to: &mut [f32]) {
    to.fill(0.0);
    for (pixel, from) in from.chunks_exact(from_shape.channels).enumerate() {
        let (y, x) = (pixel / from_shape.width, pixel % from_shape.width);
        let start = to_shape.pixel(y + before[0], x + before[1]) + before[2];
        to[start..start + from_shape.channels].copy_from_slice(from);
    }
}

/// Resizes by bilinear interpolation.
pub(super) fn resize(half_pixel: bool, from_shape: Shape, to_shape: Shape, from: &[f32], to: &mut [f32]) {
    let place = |to: usize, from_side: usize, to_side: usize| {
        let scale = from_side as f32 / to_side as f32;
        let at = if half_pixel { (to as f32 + 0.5) * scale - 0.5 } else { to as f32 * scale };
        let at = at.max(0.0);
        let first = (at as usize).min(from_side - 1);
        (first, (first + 1).min(from_side - 1), at - first as f32)
    };
    for (pixel, to) in to.chunks_exact_mut(to_shape.channels).enumerate() {
        let (top, bottom, down) = place(pixel / to_shape.width, from_shape.height, to_shape.height);
        let (left, right, across) = place(pixel % to_shape.width, from_shape.width, to_shape.width);
        let corner = |y, x| from[from_shape.pixel(y, x)..][..from_shape.channels].iter();
        let upper = corner(top, left).zip(corner(top, right));
        let lower = corner(bottom, left).zip(corner(bottom, right));
        for ((to, (a, b)), (c, d)) in to.iter_mut().zip(upper).zip(lower) {
            let (above, below) = (a + (b - a) * across, c + (d - c) * across);
            *to = above + (below - above) * down;
        }
    }
}

/// Spreads channels over blocks of pixels.
pub(super) fn depth_to_space(block: usize, from_shape: Shape, to_shape: Shape, from: &[f32], to: &mut [f32]) {
    for (pixel, to) in to.chunks_exact_mut(to_shape.channels).enumerate() {
        let (y, x) = (pixel / to_shape.width, pixel % to_shape.width);
        let part = (y % block * block + x % block) * to_shape.channels;
        let start = from_shape.pixel(y / block, x / block) + part;
        to.copy_from_slice(&from[start..start + to_shape.channels]);
    }
}

/// `1 / (1 + e^-x)`.
pub(crate) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
