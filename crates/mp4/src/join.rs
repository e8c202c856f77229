//! Joining takes.

use crate::{Assembly, Mp4Error, Piece, Track, write};

/// Takes one after the other, ready to play before they are loaded whole; with a sound if there is one, laid in
/// pieces after the takes that it belongs to. The inputs of the answer are the takes and then the sound.
///
/// An error when there are no takes, or when they were not all encoded in one way.
pub fn join(takes: &[&Track], sound: Option<&Track>) -> Result<Assembly, Mp4Error> {
    let first = takes.first().ok_or(Mp4Error::Foreign("no takes"))?;
    for (part, track) in takes.iter().enumerate() {
        let same = [
            ("codec parameters", track.sample_entries == first.sample_entries),
            ("clock", track.timescale == first.timescale),
            ("frame length", track.frame_ticks() == first.frame_ticks() && track.frame_ticks().is_some()),
            ("reordering", track.media_start == first.media_start),
            ("size", track.size == first.size),
        ];
        if let Some((what, _)) = same.into_iter().find(|(_, same)| !same) {
            return Err(Mp4Error::Different { part, what });
        }
    }
    let layout = write::layout(takes, sound)?;
    let mut pieces = vec![Piece::Own(layout.head)];
    let mut heard = 0;
    for (input, track) in takes.iter().enumerate() {
        pieces.push(Piece::Of { input, bytes: track.data_start..track.data_start + track.bytes() });
        if let Some(sound) = sound {
            let start = sound.data_start + heard;
            let bytes = layout.audio_bytes[input];
            pieces.push(Piece::Of { input: takes.len(), bytes: start..start + bytes });
            heard += bytes;
        }
    }
    Ok(Assembly { pieces })
}
