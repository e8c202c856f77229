//! One small grey picture, checked.

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
    /// The number of pixels does not match the size.
    #[error("{actual} pixels where width times height is {expected}")]
    PixelCount {
        /// Width times height.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// Frames of one performance differ in size.
    #[error("frames of one performance differ in size")]
    SizeChanged,
    /// The background needs 1 to 255 frames.
    #[error("a background of {0} frames; it takes 1 to 255")]
    SampleCount(usize),
}

/// One grey picture: a byte a pixel (0 black, 255 white), rows from the top, no padding.
#[derive(Clone, Copy, Debug)]
pub struct GrayFrame<'a> {
    width: usize,
    height: usize,
    pixels: &'a [u8],
}

impl<'a> GrayFrame<'a> {
    /// Checks size and length.
    ///
    /// ```
    /// use eightcount_choreo::watch::GrayFrame;
    /// assert!(GrayFrame::new(32, 18, &[0; 32 * 18]).is_ok());
    /// assert!(GrayFrame::new(32, 18, &[0; 7]).is_err());
    /// ```
    ///
    /// # Errors
    /// [`WatchError::Size`] and [`WatchError::PixelCount`].
    pub fn new(width: usize, height: usize, pixels: &'a [u8]) -> Result<Self, WatchError> {
        if !SIDES.contains(&width) || !SIDES.contains(&height) {
            return Err(WatchError::Size { width, height });
        }
        if pixels.len() != width * height {
            return Err(WatchError::PixelCount { expected: width * height, actual: pixels.len() });
        }
        Ok(Self { width, height, pixels })
    }

    /// Width in pixels, 16 to 2048.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels, 16 to 2048.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels, `width * height` of them.
    pub fn pixels(&self) -> &'a [u8] {
        self.pixels
    }
}
