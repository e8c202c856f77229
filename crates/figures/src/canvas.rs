//! Pixels, and the two shapes that everything is made of.

/// Red, green and blue.
pub(crate) type Colour = [u8; 3];

/// A picture: red, green and blue of a byte each, rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canvas {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// The pixels.
    pub pixels: Vec<u8>,
}

impl Canvas {
    /// A picture whose pixels are computed from their places.
    pub(crate) fn new(width: usize, height: usize, colour: impl Fn(usize, usize) -> Colour) -> Self {
        let pixels = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| colour(x, y))
            .collect();
        Self { width, height, pixels }
    }

    /// Its brightness: a byte a pixel (ITU-R BT.601 weights).
    pub fn gray(&self) -> Vec<u8> {
        let luma = |p: &[u8]| (u32::from(p[0]) * 299 + u32::from(p[1]) * 587 + u32::from(p[2]) * 114) / 1000;
        self.pixels.chunks_exact(3).map(|p| luma(p) as u8).collect()
    }

    /// Its brightness, then how much blue and red differ from it, at half the width and height (128: not at all).
    pub fn planes(&self) -> Vec<u8> {
        let mut planes = self.gray();
        for (channel, weight) in [(2, 1.772), (0, 1.402)] {
            for y in 0..self.height / 2 {
                for x in 0..self.width / 2 {
                    let corners =
                        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j)| (2 * y + j) * self.width + 2 * x + i);
                    let differs = |p: usize| f32::from(self.pixels[3 * p + channel]) - f32::from(planes[p]);
                    let mean = corners.iter().map(|&p| differs(p)).sum::<f32>() / 4.0;
                    planes.push((128.0 + mean / weight).round().clamp(0.0, 255.0) as u8);
                }
            }
        }
        planes
    }

    /// A part of the other picture over this one: 0 (none) to 1 (all).
    pub(crate) fn blend(&mut self, other: &Self, share: f32) {
        for (p, q) in self.pixels.iter_mut().zip(&other.pixels) {
            *p = (f32::from(*p) + share * (f32::from(*q) - f32::from(*p))) as u8;
        }
    }

    /// Darkens everything: 0 (black) to 1 (as it is).
    pub(crate) fn dim(&mut self, light: f32) {
        for pixel in &mut self.pixels {
            *pixel = (f32::from(*pixel) * light) as u8;
        }
    }

    /// A round bone from one place to another, thinner towards one end, lit from the front.
    pub(crate) fn limb(&mut self, from: (f32, f32), to: (f32, f32), r_from: f32, r_to: f32, colour: Colour) {
        let reach = r_from.max(r_to) + 1.0;
        let (left, right) = (from.0.min(to.0) - reach, from.0.max(to.0) + reach);
        let (top, bottom) = (from.1.min(to.1) - reach, from.1.max(to.1) + reach);
        let clamp = |v: f32, most: usize| v.clamp(0.0, most as f32) as usize;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).max(1e-6);
        for y in clamp(top, self.height)..clamp(bottom + 1.0, self.height) {
            for x in clamp(left, self.width)..clamp(right + 1.0, self.width) {
                let (px, py) = (x as f32 + 0.5 - from.0, y as f32 + 0.5 - from.1);
                let along = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
                let radius = r_from + along * (r_to - r_from);
                let away = (px - along * dx).hypot(py - along * dy);
                let cover = (radius - away + 0.5).clamp(0.0, 1.0);
                if cover > 0.0 {
                    let light = 1.0 - 0.4 * (away / radius.max(0.5)).min(1.0).powi(2);
                    self.mix(x, y, colour.map(|c| f32::from(c) * light), cover);
                }
            }
        }
    }

    /// A ball.
    pub(crate) fn disc(&mut self, at: (f32, f32), radius: f32, colour: Colour) {
        self.limb(at, at, radius, radius, colour);
    }

    fn mix(&mut self, x: usize, y: usize, colour: [f32; 3], cover: f32) {
        let at = (y * self.width + x) * 3;
        for (p, c) in self.pixels[at..at + 3].iter_mut().zip(colour) {
            *p = (f32::from(*p) + cover * (c - f32::from(*p))) as u8;
        }
    }
}
