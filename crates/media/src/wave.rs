//! The head of a WAVE stream that ffmpeg writes: how many channels there are, and where they stand.

use crate::channels::Channels;

/// Longest head that is believed, bytes.
const LONGEST: usize = 1 << 16;
/// Where in the description of the format the mask of its channels is.
const MASK: usize = 20;

/// A stream that is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoWave;

/// The channels, and the place of the first sample; none where there is more of the head to come.
pub(crate) fn head(bytes: &[u8]) -> Result<Option<(Channels, usize)>, NoWave> {
    if bytes.len() < 12 {
        return Ok(None);
    }
    if bytes[..4] != *b"RIFF" || bytes[8..12] != *b"WAVE" {
        return Err(NoWave);
    }
    let mut channels = None;
    let mut at = 12;
    while let Some(start) = bytes.get(at..at + 8) {
        let (name, length) = (&start[..4], number(start, 4, 4).ok_or(NoWave)? as usize);
        at += 8;
        if name == b"data" {
            return channels.map(|channels| Some((channels, at))).ok_or(NoWave);
        }
        if at + length > LONGEST {
            return Err(NoWave);
        }
        if name == b"fmt " {
            let Some(format) = bytes.get(at..at + length) else { return Ok(None) };
            let count = number(format, 2, 2).ok_or(NoWave)? as usize;
            channels = Some(Channels::new(count, number(format, MASK, 4).unwrap_or(0)).ok_or(NoWave)?);
        }
        at += length + length % 2;
    }
    Ok(None)
}

/// A number of so many bytes, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What ffmpeg 5.1 writes into a pipe: float, 5.1 with the surround behind.
    fn around() -> Vec<u8> {
        let mut bytes =
            b"RIFF\xff\xff\xff\xffWAVEfmt \x28\0\0\0\xfe\xff\x06\0\x44\xac\0\0\x60\x26\x10\0".to_vec();
        bytes.extend(b"\x18\0\x20\0\x16\0\x20\0\x3f\0\0\0\x03\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
        bytes.extend(b"data\xff\xff\xff\xff");
        bytes
    }

    #[test]
    fn channels_are_told_wherever_the_stream_is_cut() {
        let bytes = around();
        for end in 0..bytes.len() {
            assert_eq!(head(&bytes[..end]), Ok(None), "{end}");
        }
        assert_eq!(head(&bytes), Ok(Channels::new(6, 0x3f).map(|channels| (channels, bytes.len()))));
    }

    #[test]
    fn what_is_no_wave_is_refused() {
        assert_eq!(head(b"OggS\0\0\0\0\0\0\0\0"), Err(NoWave));
        let mut none = around();
        none[22] = 0;
        assert_eq!(head(&none), Err(NoWave));
        let mut endless = around();
        endless[18] = 0xff;
        assert_eq!(head(&endless), Err(NoWave));
    }
}
