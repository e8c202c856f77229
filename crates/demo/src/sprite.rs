//! A cel at its size in the picture, in the picture's own colours.

use crate::{
    picture::{Layer, Picture},
    scale,
    sheet::{CANVAS, Cel},
};
use image::{Rgba, RgbaImage};

/// A cel, scaled and converted once, drawn many times.
#[derive(Clone, Debug)]
pub(crate) struct Sprite {
    /// Where it starts on the scaled canvas, in picture pixels: even.
    x: i32,
    /// As `x`, downwards.
    y: i32,
    luma: Layer,
    blue: Layer,
    red: Layer,
}

impl Sprite {
    /// Scales a cel by `quarters` / 4.
    pub(crate) fn of(cel: &Cel, quarters: u32) -> Self {
        let scaled = |length: u32| length * quarters / 4;
        let mut image = cel.image.clone();
        premultiply(&mut image);
        let image = scale::by_quarters(&image, quarters);
        let [luma, blue, red] = planes(&image);
        Self { x: scaled(cel.x) as i32, y: scaled(cel.y) as i32, luma, blue, red }
    }

    /// Draws it with the canvas' upper left corner at `x`, `y` (even).
    pub(crate) fn draw(&self, picture: &mut Picture, x: i32, y: i32, quarters: u32, mirrored: bool) {
        // Even, as colours come for pairs of pixels.
        let canvas = ((CANVAS * quarters / 4) & !1) as i32;
        let left = if mirrored { canvas - self.x - self.luma.width as i32 } else { self.x };
        let (x, y) = (x + left, y + self.y);
        let [(luma, luma_width), (blue, blue_width), (red, red_width)] = picture.planes_mut();
        self.luma.over(luma, luma_width, x, y, mirrored);
        self.blue.over(blue, blue_width, x / 2, y / 2, mirrored);
        self.red.over(red, red_width, x / 2, y / 2, mirrored);
    }
}

/// Multiplies the colours by the opacity: without, the colour of clear pixels would bleed into the scaled edge.
fn premultiply(image: &mut RgbaImage) {
    for Rgba([r, g, b, a]) in image.pixels_mut() {
        for c in [r, g, b] {
            *c = ((u16::from(*c) * u16::from(*a) + 127) / 255) as u8;
        }
    }
}

/// Converts premultiplied red, green and blue to layers of BT.709 code values; colours are means of four pixels.
fn planes(image: &RgbaImage) -> [Layer; 3] {
    let (width, height) = ((image.width() & !1) as usize, (image.height() & !1) as usize);
    let layer = |w, h| Layer { width: w, value: vec![0; w * h], alpha: vec![0; w * h] };
    let mut luma = layer(width, height);
    let mut sums = vec![[0.0_f32; 3]; width / 2 * height / 2];
    for (x, y, pixel) in image.enumerate_pixels() {
        let (x, y) = (x as usize, y as usize);
        if x >= width || y >= height {
            continue;
        }
        let alpha = f32::from(pixel.0[3]);
        // The filter may overshoot: no colour is stronger than its opacity.
        let [red, green, blue] = [0, 1, 2].map(|channel| f32::from(pixel.0[channel]).min(alpha));
        let grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        // Adding a half and cutting off rounds, several times as fast as a call of `round`.
        luma.value[y * width + x] = (16.0 * alpha / 255.0 + grey * 219.0 / 255.0 + 0.5) as u8;
        luma.alpha[y * width + x] = pixel.0[3];
        let sum = &mut sums[y / 2 * (width / 2) + x / 2];
        sum[0] += (128.0 * alpha + 224.0 * (blue - grey) / 1.8556) / (4.0 * 255.0);
        sum[1] += (128.0 * alpha + 224.0 * (red - grey) / 1.5748) / (4.0 * 255.0);
        sum[2] += alpha / 4.0;
    }
    let (mut blue, mut red) = (layer(width / 2, height / 2), layer(width / 2, height / 2));
    for (i, [blueness, redness, alpha]) in sums.into_iter().enumerate() {
        let alpha = (alpha + 0.5) as u8;
        (blue.value[i], blue.alpha[i]) = ((blueness + 0.5) as u8, alpha);
        (red.value[i], red.alpha[i]) = ((redness + 0.5) as u8, alpha);
    }
    [luma, blue, red]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cel(colour: [u8; 4]) -> Cel {
        let mut image = RgbaImage::new(16, 16);
        for y in 2..14 {
            for x in 2..14 {
                image.put_pixel(x, y, Rgba(colour));
            }
        }
        Cel { image, x: 8, y: 16, feet: None }
    }

    #[test]
    fn a_colour_survives_the_way_into_the_picture() {
        for colour in [[250, 20, 30, 255], [10, 200, 40, 255], [255, 255, 255, 255], [0, 0, 0, 255]] {
            let mut picture = Picture::plain(90, 150, 110);
            Sprite::of(&cel(colour), 8).draw(&mut picture, 100, 50, 8, false);
            let found = picture.rgb(100 + 32, 50 + 48);
            for (f, wanted) in found.into_iter().zip(colour) {
                assert!(f.abs_diff(wanted) <= 4, "{found:?} for {colour:?}");
            }
        }
    }

    #[test]
    fn nothing_is_drawn_around_it() {
        let before = Picture::plain(90, 150, 110);
        let mut picture = before.clone();
        Sprite::of(&cel([255, 0, 0, 255]), 8).draw(&mut picture, 100, 50, 8, false);
        assert_eq!(picture.rgb(100 + 16, 50 + 32), before.rgb(0, 0));
        assert_eq!(picture.rgb(100 + 50, 50 + 66), before.rgb(0, 0));
    }

    #[test]
    fn mirrored_it_stands_on_the_other_side() {
        let mut picture = Picture::plain(90, 128, 128);
        Sprite::of(&cel([255, 255, 255, 255]), 7).draw(&mut picture, 0, 0, 7, true);
        let canvas = (300 * 7 / 4) & !1;
        assert_eq!(picture.rgb(canvas - 28, 42), [255; 3]);
        assert_ne!(picture.rgb(28, 42), [255; 3]);
    }
}
