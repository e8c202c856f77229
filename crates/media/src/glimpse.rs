//! Small pictures of a film that are looked at while it is conformed: for joints, and smaller still for movement.

use crate::MediaError;

/// Longer side of a glimpse, pixels. A dancer who fills half of it is as tall as the pose models' own pictures.
const SIDE: u32 = 640;
/// By how much the picture for movement is smaller.
const SMALLER: usize = 4;
/// Least side: a picture for movement of sixteen pixels.
const LEAST: u32 = 64;

/// One picture of a film, small: BT.709 in TV range, colour at half the detail. Both sides are multiples of four.
#[derive(Clone, Debug)]
pub struct Glimpse {
    width: usize,
    height: usize,
    /// Luma, then blue and red differences.
    planes: Vec<u8>,
}

impl Glimpse {
    /// The size of glimpses of a film of `width` by `height` pixels: the longer side 640, the other in proportion.
    pub(crate) fn size(width: u32, height: u32) -> (u32, u32) {
        let longer = f64::from(width.max(height).max(1));
        let fit = |side: u32| {
            let scaled = f64::from(side) * f64::from(SIDE) / longer;
            (4 * (scaled / 4.0).round() as u32).max(LEAST)
        };
        (fit(width), fit(height))
    }

    /// Bytes of one.
    pub(crate) fn bytes((width, height): (u32, u32)) -> usize {
        (width * height) as usize * 3 / 2
    }

    pub(crate) fn new((width, height): (u32, u32), planes: Vec<u8>) -> Result<Self, MediaError> {
        if planes.len() != Self::bytes((width, height)) {
            let what = format!("{} bytes for a picture of {width} x {height}", planes.len());
            return Err(MediaError::WrongOutput { doing: "reading pictures", what });
        }
        Ok(Self { width: width as usize, height: height as usize, planes })
    }

    /// Width and height in pixels.
    pub fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Width and height of [`Glimpse::quarter`].
    pub fn quarter_dimensions(&self) -> (usize, usize) {
        (self.width / SMALLER, self.height / SMALLER)
    }

    /// The picture at a quarter of the size, each pixel the mean of sixteen: brightness (0 black to 255 white), then blue
    /// and red differences (128 none) at half of that width and height, rounded down; each row by row, in full range.
    pub fn quarter(&self) -> Vec<u8> {
        let (width, height) = self.quarter_dimensions();
        let mut quarter = Vec::with_capacity(width * height * 3 / 2);
        let (luma, tints) = self.planes.split_at(self.width * self.height);
        quarter_of(luma, self.width, full_range_luma, &mut quarter);
        for tint in tints.chunks_exact(tints.len() / 2) {
            quarter_of(tint, self.width / 2, full_range_tint, &mut quarter);
        }
        quarter
    }

    /// Red, green and blue of a byte each, row by row.
    pub fn rgb(&self) -> Vec<u8> {
        let (luma, chroma) = self.planes.split_at(self.width * self.height);
        let (blue, red) = chroma.split_at(chroma.len() / 2);
        let half = self.width / 2;
        let mut pixels = vec![0; luma.len() * 3];
        for (y, (row, out)) in
            luma.chunks_exact(self.width).zip(pixels.chunks_exact_mut(self.width * 3)).enumerate()
        {
            let from = y / 2 * half;
            let differences = blue[from..from + half].iter().zip(&red[from..from + half]);
            let pairs = row.chunks_exact(2).zip(out.chunks_exact_mut(6));
            for ((lumas, out), (&blue, &red)) in pairs.zip(differences) {
                let tint = tint(blue, red);
                out[..3].copy_from_slice(&coloured(lumas[0], tint));
                out[3..].copy_from_slice(&coloured(lumas[1], tint));
            }
        }
        pixels
    }
}

/// Adds the means of four by four pixels of a plane, what is left over at its end aside; `level`: of a sum of sixteen.
fn quarter_of(plane: &[u8], width: usize, level: fn(u32) -> u8, quarter: &mut Vec<u8>) {
    let mut sums = vec![0_u32; width / SMALLER];
    for rows in plane.chunks_exact(width * SMALLER) {
        sums.fill(0);
        for row in rows.chunks_exact(width) {
            for (sum, pixels) in sums.iter_mut().zip(row.chunks_exact(SMALLER)) {
                *sum += pixels.iter().map(|&pixel| u32::from(pixel)).sum::<u32>();
            }
        }
        quarter.extend(sums.iter().map(|&sum| level(sum)));
    }
}

/// The mean of sixteen lumas, stretched from 16..235 to 0..255.
fn full_range_luma(sum: u32) -> u8 {
    let above = sum.saturating_sub(16 * 16);
    ((above * 255 + 8 * 219) / (16 * 219)).min(255) as u8
}

/// The mean of sixteen differences, stretched from 16..240 to 0..255.
fn full_range_tint(sum: u32) -> u8 {
    let above = sum.saturating_sub(16 * 16);
    ((above * 255 + 8 * 224) / (16 * 224)).min(255) as u8
}

/// What the differences add to red, green and blue, by ITU-R BT.709 in 1/65536.
fn tint(blue: u8, red: u8) -> [i32; 3] {
    let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
    [117_489 * red, -13_975 * blue - 34_925 * red, 138_438 * blue]
}

fn coloured(luma: u8, tint: [i32; 3]) -> [u8; 3] {
    let bright = 76_309 * (i32::from(luma) - 16) + (1 << 15);
    tint.map(|part| ((bright + part) >> 16).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plain(luma: u8, blue: u8, red: u8) -> Glimpse {
        let size = Glimpse::size(1280, 720);
        let mut planes = vec![luma; (size.0 * size.1) as usize];
        planes.extend(vec![blue; planes.len() / 4]);
        planes.extend(vec![red; planes.len() / 5]);
        Glimpse::new(size, planes).unwrap()
    }

    #[test]
    fn sizes_are_in_proportion_and_multiples_of_four() {
        assert_eq!(Glimpse::size(1280, 720), (640, 360));
        assert_eq!(Glimpse::size(720, 1280), (360, 640));
        assert_eq!(Glimpse::size(720, 720), (640, 640));
        assert_eq!(Glimpse::size(1000, 720), (640, 460));
        assert_eq!(Glimpse::size(9000, 90), (640, 64));
        assert!(Glimpse::new((640, 360), vec![0; 7]).is_err());
    }

    #[test]
    fn black_white_and_the_primaries_are_what_they_are() {
        // Luma and differences of BT.709 in TV range.
        for ((luma, blue, red), expected) in [
            ((16, 128, 128), [0, 0, 0]),
            ((235, 128, 128), [255, 255, 255]),
            ((63, 102, 240), [255, 0, 0]),
            ((173, 42, 26), [0, 255, 0]),
            ((32, 240, 118), [0, 0, 255]),
        ] {
            let glimpse = plain(luma, blue, red);
            let rgb = glimpse.rgb();
            assert_eq!(rgb.len(), 640 * 360 * 3);
            for (seen, wanted) in rgb[..3].iter().zip(expected) {
                assert!((i32::from(*seen) - wanted).abs() <= 2, "{:?} for {expected:?}", &rgb[..3]);
            }
            assert!(rgb.chunks_exact(3).all(|pixel| pixel == &rgb[..3]));
        }
    }

    #[test]
    fn a_quarter_is_the_mean_of_sixteen() {
        let mut glimpse = plain(16, 128, 240);
        assert_eq!(glimpse.quarter_dimensions(), (160, 90));
        for (y, x) in [(4, 8), (4, 9), (5, 8), (5, 9), (6, 8), (6, 9), (7, 8), (7, 9)] {
            glimpse.planes[y * 640 + x] = 235;
        }
        let quarter = glimpse.quarter();
        let (luma, tints) = quarter.split_at(160 * 90);
        assert_eq!((luma[160 + 2], luma[160 + 1], luma[2]), (128, 0, 0));
        assert!(plain(235, 128, 128).quarter()[..160 * 90].iter().all(|&level| level == 255));
        let (blue, red) = tints.split_at(80 * 45);
        assert!(blue.iter().all(|&level| level == 128) && red.iter().all(|&level| level == 255));
        // Rounded down where half a row is left over.
        let (size, planes) = ((640, 460), vec![128; 640 * 460 * 3 / 2]);
        let quarter = Glimpse::new(size, planes).unwrap().quarter();
        assert_eq!(quarter.len(), 160 * 115 + 2 * 80 * 57);
    }
}
