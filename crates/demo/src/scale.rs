//! Enlarging cels. The scale is a number of quarters, so only as many different sets of weights occur as there are
//! quarters, and every cel lands on whole pixels.

use image::RgbaImage;

/// Weights add up to this.
const ONE: i32 = 256;

/// Where a result pixel comes from: four neighbours, starting at `first` within its group of four source pixels.
struct Taps {
    first: i32,
    weights: [i32; 4],
}

/// Scales a premultiplied picture by `quarters` / 4 with the Catmull-Rom cubic (Keys 1981, a = -0.5). Outside the
/// picture all is clear. The result is `side * quarters / 4` long on each side.
pub(crate) fn by_quarters(image: &RgbaImage, quarters: u32) -> RgbaImage {
    let taps: Vec<Taps> = (0..quarters).map(|phase| taps(phase, quarters)).collect();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (wide, high) = (image.width() * quarters / 4, image.height() * quarters / 4);
    let stride = 4 * width;
    let mut result = RgbaImage::new(wide, high);
    let mut row = vec![0_i32; stride];
    for (y, line) in result.chunks_exact_mut(4 * wide as usize).enumerate() {
        let (group, tap) = (y / taps.len(), &taps[y % taps.len()]);
        row.fill(0);
        for (k, weight) in tap.weights.iter().enumerate() {
            let from = 4 * group as i32 + tap.first + k as i32;
            if (0..height as i32).contains(&from) {
                let source = &image.as_raw()[from as usize * stride..][..stride];
                row.iter_mut().zip(source).for_each(|(sum, s)| *sum += weight * i32::from(*s));
            }
        }
        for (x, pixel) in line.chunks_exact_mut(4).enumerate() {
            let (group, tap) = (x / taps.len(), &taps[x % taps.len()]);
            let mut sums = [0_i32; 4];
            for (k, weight) in tap.weights.iter().enumerate() {
                let from = 4 * group as i32 + tap.first + k as i32;
                if (0..width as i32).contains(&from) {
                    let source = &row[4 * from as usize..][..4];
                    sums.iter_mut().zip(source).for_each(|(sum, s)| *sum += weight * s);
                }
            }
            for (channel, sum) in pixel.iter_mut().zip(sums) {
                *channel = ((sum + ONE * ONE / 2) / (ONE * ONE)).clamp(0, 255) as u8;
            }
        }
    }
    result
}

/// The weights for one of the `quarters` positions a result pixel can have between source pixels.
fn taps(phase: u32, quarters: u32) -> Taps {
    let place = (f64::from(phase) + 0.5) * 4.0 / f64::from(quarters) - 0.5;
    let t = place - place.floor();
    let cubic = [
        -0.5 * t * (1.0 - t).powi(2),
        1.0 - 2.5 * t * t + 1.5 * t.powi(3),
        0.5 * t + 2.0 * t * t - 1.5 * t.powi(3),
        -0.5 * t * t * (1.0 - t),
    ];
    let mut weights = cubic.map(|w| (w * f64::from(ONE)).round() as i32);
    // Rounding must not make a plain surface brighter or darker.
    weights[usize::from(t > 0.5) + 1] += ONE - weights.iter().sum::<i32>();
    Taps { first: place.floor() as i32 - 1, weights }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, imageops};

    #[test]
    fn it_agrees_with_the_image_crates_filter() {
        let mut cel = RgbaImage::new(24, 16);
        for (x, y, pixel) in cel.enumerate_pixels_mut() {
            if (3..21).contains(&x) && (3..13).contains(&y) {
                *pixel = Rgba([(x * 9) as u8, (y * 14) as u8, ((x ^ y) * 3) as u8, 255]);
            }
        }
        for quarters in 4..=9 {
            let (wide, high) = (24 * quarters / 4, 16 * quarters / 4);
            let wanted = imageops::resize(&cel, wide, high, imageops::FilterType::CatmullRom);
            let found = by_quarters(&cel, quarters);
            assert_eq!(found.dimensions(), (wide, high));
            let apart = found.as_raw().iter().zip(wanted.as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(apart <= Some(3), "{apart:?} at {quarters} quarters");
        }
    }

    #[test]
    fn weights_add_up() {
        for quarters in 1..20 {
            assert!((0..quarters).all(|p| taps(p, quarters).weights.iter().sum::<i32>() == ONE));
        }
    }
}
