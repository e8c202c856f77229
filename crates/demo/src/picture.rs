//! A video frame in memory: 8-bit planar 4:2:0, BT.709 code values, as ffmpeg takes it without conversion.

/// Width of a film in pixels.
pub const WIDTH: u32 = 1280;
/// Height of a film in pixels.
pub const HEIGHT: u32 = 720;

/// The same as lengths of slices.
pub(crate) const COLUMNS: usize = WIDTH as usize;
/// As [`COLUMNS`].
pub(crate) const ROWS: usize = HEIGHT as usize;

/// One frame: all brightness, then blueness and redness at half the width and height.
#[derive(Clone)]
pub(crate) struct Picture {
    bytes: Vec<u8>,
}

impl Picture {
    /// One colour all over.
    pub(crate) fn plain(y: u8, u: u8, v: u8) -> Self {
        let mut bytes = vec![y; COLUMNS * ROWS];
        bytes.resize(COLUMNS * ROWS * 5 / 4, u);
        bytes.resize(COLUMNS * ROWS * 3 / 2, v);
        Self { bytes }
    }

    /// The bytes for ffmpeg.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Becomes the same as another.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.bytes.copy_from_slice(&other.bytes);
    }

    /// The three planes with their widths: brightness, blueness, redness.
    pub(crate) fn planes_mut(&mut self) -> [(&mut [u8], usize); 3] {
        let (luma, chroma) = self.bytes.split_at_mut(COLUMNS * ROWS);
        let (u, v) = chroma.split_at_mut(COLUMNS * ROWS / 4);
        [(luma, COLUMNS), (u, COLUMNS / 2), (v, COLUMNS / 2)]
    }

    /// The brightness, row by row.
    pub(crate) fn luma_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..COLUMNS * ROWS]
    }

    /// The colour of a pixel as red, green and blue.
    #[cfg(test)]
    pub(crate) fn rgb(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y / 2) * COLUMNS / 2 + x / 2;
        let (u, v) = (COLUMNS * ROWS + at, COLUMNS * ROWS * 5 / 4 + at);
        crate::casting::StageColour { y: self.bytes[y * COLUMNS + x], u: self.bytes[u], v: self.bytes[v] }
            .rgb()
    }
}

/// A part of one plane with its opacity, ready to be laid over a picture.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// Width in samples of this plane.
    pub(crate) width: usize,
    /// Code value times opacity, row by row.
    pub(crate) value: Vec<u8>,
    /// Opacity, row by row.
    pub(crate) alpha: Vec<u8>,
}

impl Layer {
    /// Lays it over a plane at `x`, `y` (samples of the plane, may lie partly outside), mirrored if asked for.
    pub(crate) fn over(&self, plane: &mut [u8], plane_width: usize, x: i32, y: i32, mirrored: bool) {
        if self.width == 0 {
            return;
        }
        // The columns of the layer that are inside the plane.
        let first = (-x).clamp(0, self.width as i32) as usize;
        let end = (plane_width as i32 - x).clamp(0, self.width as i32) as usize;
        let rows = self.value.chunks_exact(self.width).zip(self.alpha.chunks_exact(self.width));
        for (row, (values, alphas)) in rows.enumerate() {
            let to = y + row as i32;
            if to < 0 || (to as usize + 1) * plane_width > plane.len() {
                continue;
            }
            let line = &mut plane[to as usize * plane_width..][..plane_width];
            for column in first..end {
                let from = if mirrored { self.width - 1 - column } else { column };
                let alpha = alphas[from];
                if alpha != 0 {
                    let below = &mut line[(x + column as i32) as usize];
                    let seen_through = (u16::from(*below) * u16::from(255 - alpha) + 127) / 255;
                    *below = values[from].saturating_add(seen_through as u8);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn layer() -> Layer {
        Layer { width: 2, value: vec![200, 50, 0, 0], alpha: vec![255, 128, 0, 0] }
    }

    #[test]
    fn opaque_covers_half_mixes_and_clear_leaves() {
        let mut plane = [100; 12];
        layer().over(&mut plane, 4, 1, 1, false);
        assert_eq!(plane, [100, 100, 100, 100, 100, 200, 100, 100, 100, 100, 100, 100]);
        layer().over(&mut plane, 4, 1, 0, true);
        assert_eq!(plane[1..3], [100, 200]);
    }

    #[test]
    fn a_plain_picture_has_its_colour() {
        assert_eq!(Picture::plain(235, 128, 128).rgb(640, 360), [255; 3]);
        assert_eq!(Picture::plain(16, 128, 128).bytes().len(), 1280 * 720 * 3 / 2);
    }

    proptest! {
        #[test]
        fn any_place_is_safe(x in -9..9, y in -9..9, mirrored: bool) {
            let mut plane = [100; 12];
            layer().over(&mut plane, 4, x, y, mirrored);
        }
    }
}
