//! The head of a joined file: everything but the samples.

use crate::{Mp4Error, Track};

/// Ticks a second of the movie's own clock, as in every file we write.
pub(crate) const MOVIE_TIMESCALE: u64 = 90_000;
/// The transformation that changes nothing (8.2.2).
pub(crate) const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// A joined file without its samples.
pub(crate) struct Layout {
    /// `ftyp`, `moov` and the header of `mdat`.
    pub(crate) head: Vec<u8>,
    /// Bytes of sound that follow each take.
    pub(crate) audio_bytes: Vec<u64>,
}

/// A track as it is written: its tables, and its samples in chunks.
struct Written<'a> {
    model: &'a Track,
    handler: [u8; 4],
    sizes: Vec<u32>,
    deltas: Vec<(u32, u32)>,
    delays: Vec<(u32, u32)>,
    sync: Option<Vec<u32>>,
    /// Samples and bytes of each chunk; chunks of the tracks alternate.
    chunks: Vec<(u32, u64)>,
    /// Ticks of the movie's clock.
    shown: u64,
}

/// Lays out takes, each one chunk, with the sound that belongs to each behind it.
pub(crate) fn layout(takes: &[&Track], audio: Option<&Track>) -> Result<Layout, Mp4Error> {
    let video = join_video(takes)?;
    let ends: Vec<u64> = video
        .chunks
        .iter()
        .scan(0, |frames, (count, _)| {
            *frames += u64::from(*count);
            Some(*frames)
        })
        .collect();
    let frames = ends.last().copied().unwrap_or(0).max(1);
    let audio = audio.map(|track| split_audio(track, &ends, frames, video.shown));
    let audio_bytes: Vec<u64> =
        audio.iter().flat_map(|audio| audio.chunks.iter().map(|(_, bytes)| *bytes)).collect();
    let data =
        video.chunks.iter().chain(audio.iter().flat_map(|audio| &audio.chunks)).map(|(_, bytes)| bytes).sum();
    let tracks: Vec<Written<'_>> = [Some(video), audio].into_iter().flatten().collect();
    // The length of the head does not depend on the offsets in it: write it once to measure it.
    let length = head(&tracks, 0, data).len() as u64;
    Ok(Layout { head: head(&tracks, length, data), audio_bytes })
}

fn join_video<'a>(takes: &[&'a Track]) -> Result<Written<'a>, Mp4Error> {
    let model = *takes.first().ok_or(Mp4Error::Foreign("no takes"))?;
    let ticks = model.frame_ticks().ok_or(Mp4Error::Foreign("frames of unequal length"))?;
    let mut sync = Vec::new();
    let mut before = 0_u32;
    for take in takes {
        let all: Vec<u32> = (1..=take.sizes.len() as u32).collect();
        sync.extend(take.sync.as_ref().unwrap_or(&all).iter().map(|sample| before + sample));
        before += take.sizes.len() as u32;
    }
    let reordered = takes.iter().any(|take| !take.delays.is_empty());
    let delays = |take: &&Track| match take.delays.as_slice() {
        [] if reordered => vec![(take.sizes.len() as u32, 0)],
        delays => delays.to_vec(),
    };
    Ok(Written {
        model,
        handler: *b"vide",
        sizes: takes.iter().flat_map(|take| take.sizes.iter().copied()).collect(),
        deltas: vec![(before, ticks)],
        delays: takes.iter().flat_map(delays).collect(),
        sync: Some(sync),
        chunks: takes.iter().map(|take| (take.sizes.len() as u32, take.bytes())).collect(),
        shown: u64::from(before) * u64::from(ticks) * MOVIE_TIMESCALE / u64::from(model.timescale),
    })
}

/// Splits the sound at the ends of the takes, as evenly as its packets allow; what is left goes to the last.
fn split_audio<'a>(track: &'a Track, ends: &[u64], frames: u64, shown: u64) -> Written<'a> {
    let packets = track.sizes.len() as u64;
    let mut from = 0;
    let chunk = |end: &u64| {
        let to = (packets * end / frames) as usize;
        let part = &track.sizes[from.min(to)..to];
        from = to;
        (part.len() as u32, part.iter().map(|size| u64::from(*size)).sum())
    };
    Written {
        model: track,
        handler: *b"soun",
        sizes: track.sizes.clone(),
        deltas: track.deltas.clone(),
        delays: Vec::new(),
        sync: None,
        chunks: ends.iter().map(chunk).collect(),
        // The sound's last packet is longer than what is heard of it: its own edit list says how long that is.
        shown: if track.shown_ticks == 0 { shown } else { track.shown_ticks.min(shown) },
    }
}

fn head(tracks: &[Written<'_>], data_start: u64, data: u64) -> Vec<u8> {
    let mut out = boxed(*b"ftyp", &[b"isom", &512_u32.to_be_bytes(), b"isomiso2avc1mp41"]);
    let shown = tracks.iter().map(|track| track.shown).max().unwrap_or(0);
    let mut moov = full(
        *b"mvhd",
        0,
        &[
            &words(&[0, 0, MOVIE_TIMESCALE as u32, shown as u32, 0x1_0000, 0x0100_0000, 0, 0]),
            &words(&MATRIX),
            &words(&[0, 0, 0, 0, 0, 0, tracks.len() as u32 + 1]),
        ],
    );
    // Chunks lie in the order: first of each track, second of each track, and so on.
    let mut offsets = vec![Vec::new(); tracks.len()];
    let mut at = data_start;
    for chunk in 0..tracks.first().map_or(0, |track| track.chunks.len()) {
        for (track, offsets) in tracks.iter().zip(&mut offsets) {
            offsets.push(at);
            at += track.chunks[chunk].1;
        }
    }
    for (index, (track, offsets)) in tracks.iter().zip(&offsets).enumerate() {
        moov.extend(trak(track, index as u32 + 1, offsets));
    }
    out.extend(boxed(*b"moov", &[&moov]));
    // 4.2: a size of 1 announces the 64-bit size behind the type.
    out.extend(words(&[1]));
    out.extend(b"mdat");
    out.extend((data + 16).to_be_bytes());
    out
}

fn trak(track: &Written<'_>, id: u32, offsets: &[u64]) -> Vec<u8> {
    let sound = track.handler == *b"soun";
    let duration: u64 = track.deltas.iter().map(|(count, ticks)| u64::from(*count) * u64::from(*ticks)).sum();
    let volume = if sound { 0x0100_0000 } else { 0 };
    let tkhd = full(
        *b"tkhd",
        3,
        &[
            &words(&[0, 0, id, 0, track.shown as u32, 0, 0, 0, volume]),
            &words(&MATRIX),
            &words(&track.model.size),
        ],
    );
    let elst = full(*b"elst", 0, &[&words(&[1, track.shown as u32, track.model.media_start, 0x1_0000])]);
    let language: u32 = 0x55c4_0000;
    let mdhd = full(*b"mdhd", 0, &[&words(&[0, 0, track.model.timescale, duration as u32, language])]);
    let hdlr = full(*b"hdlr", 0, &[&words(&[0]), &track.handler, &words(&[0, 0, 0]), b"\0"]);
    let header =
        if sound { full(*b"smhd", 0, &[&words(&[0])]) } else { full(*b"vmhd", 1, &[&words(&[0, 0])]) };
    let dinf = boxed(*b"dinf", &[&full(*b"dref", 0, &[&words(&[1]), &full(*b"url ", 1, &[])])]);
    let stbl = boxed(*b"stbl", &[&tables(track, offsets)]);
    let minf = boxed(*b"minf", &[&header, &dinf, &stbl]);
    let mdia = boxed(*b"mdia", &[&mdhd, &hdlr, &minf]);
    boxed(*b"trak", &[&tkhd, &boxed(*b"edts", &[&elst]), &mdia])
}

fn tables(track: &Written<'_>, offsets: &[u64]) -> Vec<u8> {
    let rows = |runs: &[(u32, u32)]| -> Vec<u8> {
        let flat: Vec<u32> = runs.iter().flat_map(|(count, value)| [*count, *value]).collect();
        [words(&[runs.len() as u32]), words(&flat)].concat()
    };
    let mut out = boxed(*b"stsd", &[&track.model.sample_entries]);
    out.extend(full(*b"stts", 0, &[&rows(&track.deltas)]));
    if !track.delays.is_empty() {
        out.extend(full(*b"ctts", 0, &[&rows(&track.delays)]));
    }
    if let Some(sync) = &track.sync {
        out.extend(full(*b"stss", 0, &[&words(&[sync.len() as u32]), &words(sync)]));
    }
    let chunks: Vec<u32> =
        (1..).zip(&track.chunks).flat_map(|(number, (samples, _))| [number, *samples, 1]).collect();
    out.extend(full(*b"stsc", 0, &[&words(&[track.chunks.len() as u32]), &words(&chunks)]));
    out.extend(full(*b"stsz", 0, &[&words(&[0, track.sizes.len() as u32]), &words(&track.sizes)]));
    let offsets: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_be_bytes()).collect();
    out.extend(full(*b"co64", 0, &[&words(&[track.chunks.len() as u32]), &offsets]));
    out
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

pub(crate) fn boxed(kind: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    [&words(&[payload.len() as u32 + 8]), kind.as_slice(), &payload].concat()
}

/// A box with version 0 and flags (4.2).
pub(crate) fn full(kind: [u8; 4], flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&words(&[flags]), &parts.concat()])
}
