//! Fragments, as Media Source Extensions take them: one header for all takes, then each take as one `moof` with its
//! samples, placed on the time line by its `tfdt` (8.8). A take that replaces another is sent at the same place.

use crate::read::{boxes, first};
use crate::write::{MATRIX, MOVIE_TIMESCALE, boxed, full, words};
use crate::{Assembly, Mp4Error, Piece, Track};

/// The only track of a fragmented file.
const TRACK: u32 = 1;
/// A sample from which decoding can start, and one that needs others (8.8.3.1).
const SYNC_SAMPLE: u32 = 0x0200_0000;
const OTHER_SAMPLE: u32 = 0x0101_0000;
/// `tfhd`: offsets count from the `moof` (8.8.7.1).
const BASE_IS_MOOF: u32 = 0x02_0000;
/// `trun`: data offset, and of each sample its duration, size, flags and delay (8.8.8.1).
const RUN_FLAGS: u32 = 0x0f01;

/// The header of a fragmented file with this track: `ftyp` and a `moov` without samples.
pub fn init(track: &Track) -> Vec<u8> {
    let sound = track.picture() == (0, 0);
    let (handler, header) = if sound {
        (*b"soun", full(*b"smhd", 0, &[&words(&[0])]))
    } else {
        (*b"vide", full(*b"vmhd", 1, &[&words(&[0, 0])]))
    };
    let volume = if sound { 0x0100_0000 } else { 0 };
    let mvhd = full(
        *b"mvhd",
        0,
        &[
            &words(&[0, 0, MOVIE_TIMESCALE as u32, 0, 0x1_0000, 0x0100_0000, 0, 0]),
            &words(&MATRIX),
            &words(&[0, 0, 0, 0, 0, 0, TRACK + 1]),
        ],
    );
    let tkhd = full(
        *b"tkhd",
        3,
        &[&words(&[0, 0, TRACK, 0, 0, 0, 0, 0, volume]), &words(&MATRIX), &words(&track.size)],
    );
    let mdhd = full(*b"mdhd", 0, &[&words(&[0, 0, track.timescale, 0, 0x55c4_0000])]);
    let hdlr = full(*b"hdlr", 0, &[&words(&[0]), &handler, &words(&[0, 0, 0]), b"\0"]);
    let dinf = boxed(*b"dinf", &[&full(*b"dref", 0, &[&words(&[1]), &full(*b"url ", 1, &[])])]);
    let none = |kind| full(kind, 0, &[&words(&[0])]);
    let stbl = boxed(
        *b"stbl",
        &[
            &boxed(*b"stsd", &[&track.sample_entries]),
            &none(*b"stts"),
            &none(*b"stsc"),
            &full(*b"stsz", 0, &[&words(&[0, 0])]),
            &none(*b"stco"),
        ],
    );
    let mdia = boxed(*b"mdia", &[&mdhd, &hdlr, &boxed(*b"minf", &[&header, &dinf, &stbl])]);
    let mvex = boxed(*b"mvex", &[&full(*b"trex", 0, &[&words(&[TRACK, 1, 0, 0, 0])])]);
    let ftyp = boxed(*b"ftyp", &[b"iso6", &1_u32.to_be_bytes(), b"iso6isommp41"]);
    [ftyp, boxed(*b"moov", &[&mvhd, &boxed(*b"trak", &[&tkhd, &mdia]), &mvex])].concat()
}

/// The samples of a track as one fragment, in ticks of the track: the first frame of a video is shown at `start`; the
/// first packet of a sound lies at `start`, so that what is heard begins [`Track::lead_ticks`] later. `sequence`
/// counts fragments from 1.
pub fn fragment(track: &Track, sequence: u32, start: u64) -> Result<Assembly, Mp4Error> {
    let lengths = track.deltas.iter().flat_map(|(count, ticks)| std::iter::repeat_n(*ticks, *count as usize));
    let delays = track.delays.iter().flat_map(|(count, ticks)| std::iter::repeat_n(*ticks, *count as usize));
    let mut delays = delays.chain(std::iter::repeat(0));
    // Where the picture is reordered the lead is what each frame is shown late by; a sound's lead is sound.
    let late = if track.delays.is_empty() { 0 } else { track.media_start };
    let mut rows = Vec::with_capacity(track.sizes.len() * 4);
    for (number, (size, ticks)) in (1_u32..).zip(track.sizes.iter().zip(lengths)) {
        let is_sync = track.sync.as_ref().is_none_or(|sync| sync.binary_search(&number).is_ok());
        let shown_after = i64::from(delays.next().unwrap_or(0)) - i64::from(late);
        let shown_after =
            i32::try_from(shown_after).map_err(|_| Mp4Error::Foreign("a frame far too late"))?;
        let flags = if is_sync { SYNC_SAMPLE } else { OTHER_SAMPLE };
        rows.extend([ticks, *size, flags, shown_after.cast_unsigned()]);
    }
    let count = (rows.len() / 4) as u32;
    if u64::from(count) != track.samples() || count == 0 {
        return Err(Mp4Error::Foreign("samples without a length"));
    }
    let moof = |offset: u32| {
        let mfhd = full(*b"mfhd", 0, &[&words(&[sequence])]);
        let tfhd = full(*b"tfhd", BASE_IS_MOOF, &[&words(&[TRACK])]);
        // Version 1: 64 bits.
        let tfdt = full(*b"tfdt", 0x0100_0000, &[&start.to_be_bytes()]);
        // Version 1: delays may be negative.
        let trun = full(*b"trun", 0x0100_0000 | RUN_FLAGS, &[&words(&[count, offset]), &words(&rows)]);
        boxed(*b"moof", &[&mfhd, &boxed(*b"traf", &[&tfhd, &tfdt, &trun])])
    };
    let length = moof(0).len() as u32 + 8;
    let data = u32::try_from(track.bytes() + 8).map_err(|_| Mp4Error::Foreign("a take of 4 GiB"))?;
    let head = [moof(length), words(&[data]), b"mdat".to_vec()].concat();
    Ok(Assembly {
        pieces: vec![Piece::Own(head), Piece::Of { input: 0, bytes: track.data_start..track.data_end() }],
    })
}

/// What a player is told of the track (RFC 6381): `avc1.` with the profile and level of its parameters, or
/// `mp4a.40.2`.
pub fn codec(track: &Track) -> Result<String, Mp4Error> {
    let entries = track.sample_entries.get(8..).unwrap_or_default();
    if first(entries, *b"mp4a").is_some() {
        return Ok("mp4a.40.2".to_owned());
    }
    // 12.1.3: the entry's own fields take 78 bytes, boxes follow.
    let children = first(entries, *b"avc1").and_then(|entry| entry.get(78..));
    let parameters = children.and_then(|children| boxes(children).find(|(kind, _)| kind == b"avcC"));
    match parameters {
        Some((_, [_, profile, constraints, level, ..])) => {
            Ok(format!("avc1.{profile:02x}{constraints:02x}{level:02x}"))
        }
        _ => Err(Mp4Error::Foreign("neither H.264 nor AAC")),
    }
}
