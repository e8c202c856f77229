//! The stage: a lit wall, a floor, and the dancer's shadow on it. All of it has one hue (see the crate's
//! documentation): light and shadow change the brightness only.

use crate::{
    casting::{Casting, StageColour},
    picture::{COLUMNS, Picture, ROWS},
    sheet::Feet,
};

/// How far behind the feet the floor meets the wall, in pixels.
const DEPTH: f32 = 74.0;
/// How much of the light the shadow takes.
const SHADOW: f32 = 0.42;

/// Draws the empty stage.
pub(crate) fn empty(casting: &Casting) -> Picture {
    let StageColour { y: wall, u, v } = casting.stage;
    let mut picture = Picture::plain(wall, u, v);
    let (centre, feet) = (casting.centre_x as f32, casting.feet_y as f32);
    let horizon = feet - DEPTH;
    for (row, line) in picture.luma_mut().chunks_exact_mut(COLUMNS).enumerate() {
        // Soft: 0 on the wall, 1 on the floor, over six pixels.
        let on_floor = ((row as f32 - horizon) / 6.0 + 0.5).clamp(0.0, 1.0);
        for (column, sample) in line.iter_mut().enumerate() {
            let (x, y) = (column as f32, row as f32);
            let glow = 20.0 * bell((x - centre) / 360.0, (y - feet * 0.55) / 330.0);
            let corner = -22.0 * (1.0 - bell((x - 640.0) / 900.0, (y - 330.0) / 620.0));
            let pool = -20.0 + 30.0 * bell((x - centre) / 330.0, (y - feet) / 70.0);
            let light = corner + glow * (1.0 - on_floor) + pool * on_floor;
            *sample = (f32::from(wall) + light).round().clamp(16.0, 235.0) as u8;
        }
    }
    picture
}

/// 1 in the middle, falling softly to 0.
fn bell(x: f32, y: f32) -> f32 {
    (-(x * x + y * y)).exp()
}

/// Darkens the floor below the feet. `canvas_x` is where the sprite's canvas starts, `floor` the canvas row that
/// stands on the floor; the higher the feet, the fainter the shadow.
pub(crate) fn cast_shadow(picture: &mut Picture, casting: &Casting, feet: Feet, mirrored: bool, floor: u32) {
    let scale = casting.size_quarters as f32 / 4.0;
    let middle = (feet.left + feet.right) as f32 / 2.0 - 150.0;
    let centre_x = casting.centre_x as f32 + scale * if mirrored { -middle } else { middle };
    let height = floor.saturating_sub(feet.bottom) as f32;
    let half_width = scale * ((feet.right - feet.left) as f32 / 2.0 + 22.0);
    let half_height = (half_width * 0.22).clamp(11.0 * scale, 19.0 * scale);
    let strength = SHADOW * (1.0 - height / 60.0).max(0.35);
    let centre_y = casting.feet_y as f32 - 2.0 * scale;
    let span = |centre: f32, half: f32, end: usize| {
        let inside = |v: f32| v.clamp(0.0, end as f32) as usize;
        inside((centre - half).floor())..inside((centre + half).ceil())
    };
    let luma = picture.luma_mut();
    for row in span(centre_y, half_height, ROWS) {
        let down = (row as f32 - centre_y) / half_height;
        for column in span(centre_x, half_width, COLUMNS) {
            let across = (column as f32 - centre_x) / half_width;
            let inside = (1.0 - across * across - down * down).max(0.0);
            let sample = &mut luma[row * COLUMNS + column];
            let lit = f32::from(*sample) - 16.0;
            *sample = (16.5 + lit * (1.0 - strength * inside)) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dancer;

    #[test]
    fn every_spot_of_every_stage_tells_its_dancer() {
        for dancer in Dancer::ALL {
            let casting = dancer.casting();
            let mut picture = empty(&casting);
            cast_shadow(&mut picture, &casting, Feet { left: 120, right: 180, bottom: 270 }, false, 272);
            for (x, y) in
                [(2, 2), (1270, 10), (640, 200), (20, 700), (1260, 660), (casting.centre_x as usize, 630)]
            {
                assert_eq!(Dancer::of_stage_colour(picture.rgb(x, y)), Some(dancer), "{dancer} at {x}, {y}");
            }
        }
    }

    #[test]
    fn the_shadow_is_below_the_feet_and_fainter_in_a_jump() {
        let casting = Dancer::Bear.casting();
        let darkness = |bottom| {
            let mut picture = empty(&casting);
            let at = casting.feet_y as usize * COLUMNS + casting.centre_x as usize;
            let before = i32::from(picture.luma_mut()[at]);
            cast_shadow(&mut picture, &casting, Feet { left: 130, right: 170, bottom }, false, 272);
            before - i32::from(picture.luma_mut()[at])
        };
        assert!(darkness(272) > darkness(242) && darkness(242) > 5);
    }
}
