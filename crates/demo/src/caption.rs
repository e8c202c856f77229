//! The line at the bottom of the picture that says what it is and whose.

use crate::picture::{COLUMNS, Layer, Picture, ROWS};
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

const SIZE: RasterHeight = RasterHeight::Size16;
/// Lower edge of the line above the picture's lower edge.
const MARGIN: usize = 8;
/// Opacity of the letters, out of 255.
const OPACITY: u16 = 190;
/// Brightness of the letters.
const WHITE: u16 = 235;

/// Writes a line, centred. What does not fit is cut off; letters the font lacks become question marks.
pub(crate) fn write(picture: &mut Picture, text: &str) {
    let advance = get_raster_width(FontWeight::Regular, SIZE);
    let fitting = COLUMNS / advance;
    let text: Vec<char> = text.chars().take(fitting).collect();
    let left = (COLUMNS - text.len() * advance) / 2;
    let top = ROWS - MARGIN - SIZE.val();
    for (i, letter) in text.into_iter().enumerate() {
        let raster = get_raster(letter, FontWeight::Regular, SIZE)
            .or_else(|| get_raster('?', FontWeight::Regular, SIZE));
        let Some(raster) = raster else { continue };
        let alpha: Vec<u8> = raster.pixels().iter().map(|p| (u16::from(*p) * OPACITY / 255) as u8).collect();
        let value = alpha.iter().map(|a| (u16::from(*a) * WHITE / 255) as u8).collect();
        let layer = Layer { width: raster.width(), value, alpha };
        layer.over(picture.luma_mut(), COLUMNS, (left + i * advance) as i32, top as i32, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_near_the_bottom_only() {
        let mut picture = Picture::plain(60, 128, 128);
        write(&mut picture, "Bear dances · © 한");
        let bright: Vec<usize> = picture
            .luma_mut()
            .iter()
            .enumerate()
            .filter(|(_, y)| **y > 120)
            .map(|(i, _)| i / COLUMNS)
            .collect();
        assert!(bright.len() > 100);
        assert!(bright.iter().all(|row| (ROWS - 30..ROWS - 4).contains(row)));
    }

    #[test]
    fn a_line_too_long_is_cut() {
        let mut picture = Picture::plain(60, 128, 128);
        write(&mut picture, &"W".repeat(5000));
        assert!(picture.luma_mut().iter().any(|y| *y > 120));
    }
}
