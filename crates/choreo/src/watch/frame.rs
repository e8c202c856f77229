//! One small picture, checked.

use super::subject::Size;
use std::iter;
use thiserror::Error;

/// Smallest and largest side of a frame in pixels.
const SIDES: std::ops::RangeInclusive<usize> = 16..=2048;

/// Why a performance could not be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WatchError {
    /// A side is too small to show anybody, or larger than watching needs.
    #[error("a frame of {width} x {height} pixels; each side must have 16 to 2048")]
    Size {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// The number of bytes does not match the size.
    #[error("{actual} bytes where width times height is {expected}")]
    PixelCount {
        /// Width times height.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// Frames of one performance differ in size, or only some have colour.
    #[error("frames of one performance differ in size or colour")]
    SizeChanged,
    /// The background needs 1 to 255 frames.
    #[error("a background of {0} frames; it takes 1 to 255")]
    SampleCount(usize),
}

/// One small picture: a byte of brightness a pixel (0 black, 255 white), rows from the top, no padding; and where it is
/// known, colour at half the width and height (rounded down), as differences of blue and of red from the brightness
/// (128: none).
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    size: Size,
    planes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Checks size and length. `planes`: brightness alone, or brightness, blue and red one after the other.
    ///
    /// ```
    /// use eightcount_choreo::watch::Frame;
    /// assert!(Frame::new(32, 18, &[0; 32 * 18]).is_ok());
    /// assert!(Frame::new(32, 18, &[0; 32 * 18 + 2 * 16 * 9]).is_ok());
    /// assert!(Frame::new(32, 18, &[0; 7]).is_err());
    /// ```
    ///
    /// # Errors
    /// [`WatchError::Size`] and [`WatchError::PixelCount`].
    pub fn new(width: usize, height: usize, planes: &'a [u8]) -> Result<Self, WatchError> {
        if !SIDES.contains(&width) || !SIDES.contains(&height) {
            return Err(WatchError::Size { width, height });
        }
        let size = Size { width, height };
        if planes.len() != size.pixels() && planes.len() != size.pixels() + 2 * size.half().pixels() {
            return Err(WatchError::PixelCount { expected: size.pixels(), actual: planes.len() });
        }
        Ok(Self { size, planes })
    }

    /// Width in pixels, 16 to 2048.
    pub fn width(&self) -> usize {
        self.size.width
    }

    /// Height in pixels, 16 to 2048.
    pub fn height(&self) -> usize {
        self.size.height
    }

    /// The brightness, `width * height` bytes.
    pub fn luma(&self) -> &'a [u8] {
        &self.planes[..self.size.pixels()]
    }

    /// All that is known of it, as it was given.
    pub fn planes(&self) -> &'a [u8] {
        self.planes
    }

    /// Brightness, and the differences of blue and of red where there are any; with their sizes.
    pub(super) fn each_plane(&self) -> impl Iterator<Item = (Size, &'a [u8])> {
        let (luma, tints) = self.planes.split_at(self.size.pixels());
        let half = self.size.half();
        iter::once((self.size, luma)).chain(tints.chunks_exact(half.pixels()).map(move |tint| (half, tint)))
    }

    /// Do both have as many pixels, and colour or not?
    pub(super) fn is_like(&self, other: &Frame<'_>) -> bool {
        self.size == other.size && self.planes.len() == other.planes.len()
    }
}
