//! Stages: a wall with pictures on it and a floor, without end, so that a camera's way is seen.

use crate::canvas::Colour;

/// What a stage looks like at a place, pixels from its middle; every seed is another stage.
pub(crate) fn colour(seed: u32, (x, y): (f32, f32), floor: f32) -> Colour {
    let tint = |n: u32| 70 + i32::from((hash(seed, n, 7) % 110) as u8);
    let (base, below) = ([tint(1), tint(2), tint(3)], [tint(4), tint(5), tint(6)]);
    let (cell_x, cell_y) = ((x / 46.0).floor(), (y / 38.0).floor());
    let patch = hash(seed, cell_x as i32 as u32, cell_y as i32 as u32);
    // Folds, in every direction.
    let fold = 9.0 * ((0.31 * x + 0.12 * y).sin() + (0.26 * y - 0.17 * x + f32::from(seed as u8)).sin());
    let grain =
        i32::from((hash(seed, x.floor() as i32 as u32, y.floor() as i32 as u32) % 3) as u8) - 1 + fold as i32;
    let shade = if y < floor {
        i32::from((patch % 61) as u8) - 30
    } else {
        // Boards.
        if (x / 30.0).floor() as i32 % 2 == 0 { 8 } else { -8 }
    };
    let colour = if y < floor { base } else { below };
    colour.map(|c| (c + shade + grain).clamp(0, 255) as u8)
}

/// A number that looks random (the finaliser of `MurmurHash3`).
pub(crate) fn hash(a: u32, b: u32, c: u32) -> u32 {
    let mut h = a.wrapping_mul(0x9E37_79B1) ^ b.wrapping_mul(0x85EB_CA6B) ^ c.wrapping_mul(0xC2B2_AE35);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85EB_CA6B);
    h ^= h >> 13;
    h = h.wrapping_mul(0xC2B2_AE35);
    h ^ (h >> 16)
}
