//! Letters for labels, so that a contact sheet needs no font on the machine.

use image::{Rgb, RgbImage};

/// Height of a letter in dots.
pub(crate) const GLYPH_HEIGHT: u32 = 7;
/// Width of a letter in dots, and of the room to the next.
const GLYPH_WIDTH: u32 = 5;
/// Colour of the letters.
const INK: Rgb<u8> = Rgb([240, 240, 240]);

/// Each letter's rows from the top, the leftmost dot in bit 4.
const GLYPHS: &[(char, [u8; GLYPH_HEIGHT as usize])] = &[
    ('0', [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110]),
    ('1', [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110]),
    ('2', [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111]),
    ('3', [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110]),
    ('4', [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010]),
    ('5', [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110]),
    ('6', [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110]),
    ('7', [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000]),
    ('8', [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110]),
    ('9', [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100]),
    ('A', [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
    ('B', [0b11110, 0b10001, 0b10001, 0b11110, 0b10001, 0b10001, 0b11110]),
    ('C', [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110]),
    ('D', [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110]),
    ('E', [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111]),
    ('F', [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000]),
    ('G', [0b01110, 0b10001, 0b10000, 0b10111, 0b10001, 0b10001, 0b01111]),
    ('H', [0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
    ('I', [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110]),
    ('J', [0b00111, 0b00010, 0b00010, 0b00010, 0b00010, 0b10010, 0b01100]),
    ('K', [0b10001, 0b10010, 0b10100, 0b11000, 0b10100, 0b10010, 0b10001]),
    ('L', [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111]),
    ('M', [0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001]),
    ('N', [0b10001, 0b11001, 0b10101, 0b10011, 0b10001, 0b10001, 0b10001]),
    ('O', [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110]),
    ('P', [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000]),
    ('Q', [0b01110, 0b10001, 0b10001, 0b10001, 0b10101, 0b10010, 0b01101]),
    ('R', [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001]),
    ('S', [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110]),
    ('T', [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100]),
    ('U', [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110]),
    ('V', [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b00100]),
    ('W', [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001]),
    ('X', [0b10001, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b10001]),
    ('Y', [0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100]),
    ('Z', [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b11111]),
    ('.', [0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b01100, 0b01100]),
    (',', [0b00000, 0b00000, 0b00000, 0b00000, 0b00100, 0b00100, 0b01000]),
    (':', [0b00000, 0b01100, 0b01100, 0b00000, 0b01100, 0b01100, 0b00000]),
    ('-', [0b00000, 0b00000, 0b00000, 0b11111, 0b00000, 0b00000, 0b00000]),
    ('/', [0b00001, 0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b10000]),
    ('#', [0b01010, 0b01010, 0b11111, 0b01010, 0b11111, 0b01010, 0b01010]),
    ('(', [0b00010, 0b00100, 0b01000, 0b01000, 0b01000, 0b00100, 0b00010]),
    (')', [0b01000, 0b00100, 0b00010, 0b00010, 0b00010, 0b00100, 0b01000]),
    ('%', [0b11000, 0b11001, 0b00010, 0b00100, 0b01000, 0b10011, 0b00011]),
    ('+', [0b00000, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0b00000]),
];

/// The dots of a text in one line, as runs: column and row of the first, and how many. Small letters are written as
/// capitals.
pub(crate) fn dots(text: &str) -> Vec<(u32, u32, u32)> {
    let mut runs = Vec::new();
    for (letter, left) in
        text.chars().flat_map(char::to_uppercase).zip((0..).step_by(GLYPH_WIDTH as usize + 1))
    {
        let rows = GLYPHS.iter().find(|(known, _)| *known == letter).map_or([0; 7], |(_, rows)| *rows);
        for (row, bits) in (0..).zip(rows) {
            let is_on = |column: u32| column < GLYPH_WIDTH && bits & (0b10000 >> column) != 0;
            let starts = (0..GLYPH_WIDTH).filter(|&c| is_on(c) && (c == 0 || !is_on(c - 1)));
            runs.extend(
                starts.map(|c| (left + c, row, (c..GLYPH_WIDTH).take_while(|&c| is_on(c)).count() as u32)),
            );
        }
    }
    runs
}

/// Writes a text in one line from its upper left corner, with dots of `scale` pixels, up to column `end`.
/// Small letters are written as capitals.
pub(crate) fn draw_text(picture: &mut RgbImage, text: &str, (x, y): (u32, u32), scale: u32, end: u32) {
    let mut left = x;
    for letter in text.chars().flat_map(char::to_uppercase) {
        if left + GLYPH_WIDTH * scale > end {
            return;
        }
        let rows = GLYPHS.iter().find(|(known, _)| *known == letter).map_or([0; 7], |(_, rows)| *rows);
        for (row, bits) in (0..).zip(rows) {
            for column in (0..GLYPH_WIDTH).filter(|column| bits & (0b10000 >> column) != 0) {
                dot(picture, (left + column * scale, y + row * scale), scale);
            }
        }
        left += (GLYPH_WIDTH + 1) * scale;
    }
}

fn dot(picture: &mut RgbImage, (left, top): (u32, u32), side: u32) {
    for (dx, dy) in (0..side).flat_map(|dx| (0..side).map(move |dy| (dx, dy))) {
        if let Some(pixel) = picture.get_pixel_mut_checked(left + dx, top + dy) {
            *pixel = INK;
        }
    }
}
