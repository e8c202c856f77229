//! The sample tables of a file with one track.

use crate::Mp4Error;
use crate::write::MOVIE_TIMESCALE;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// A `moov` larger than this is none of ours.
const MOOV_MAX: u64 = 64 << 20;

/// A track whose samples lie in the file one after the other.
#[derive(Clone, Debug)]
pub struct Track {
    /// Ticks a second.
    pub(crate) timescale: u32,
    /// Width and height as the track header has them (16.16 fixed point).
    pub(crate) size: [u32; 2],
    /// The `stsd` payload, without what it says of bit rates: that differs from take to take and binds nobody.
    pub(crate) sample_entries: Vec<u8>,
    /// Bytes of each sample.
    pub(crate) sizes: Vec<u32>,
    /// Runs of (samples, ticks).
    pub(crate) deltas: Vec<(u32, u32)>,
    /// Runs of (samples, ticks from decoding to showing); none when there is no reordering.
    pub(crate) delays: Vec<(u32, u32)>,
    /// Samples from which decoding can start, from 1; none when all are.
    pub(crate) sync: Option<Vec<u32>>,
    /// The tick of the media at which the presentation starts.
    pub(crate) media_start: u32,
    /// Length of the presentation, in ticks of the file's movie clock.
    pub(crate) shown_ticks: u64,
    /// Where the samples start in the file.
    pub(crate) data_start: u64,
}

impl Track {
    /// Reads the only track of a file.
    pub fn read(file: &mut File) -> Result<Self, Mp4Error> {
        let moov = movie(file)?;
        let trak = only(&moov, *b"trak")?;
        let mdia = only(trak, *b"mdia")?;
        let stbl = only(only(mdia, *b"minf")?, *b"stbl")?;
        let (media_start, shown_ticks) = edit(trak)?;
        let tkhd = only(trak, *b"tkhd")?;
        let sizes = sizes(only(stbl, *b"stsz")?)?;
        let delays = first(stbl, *b"ctts").map(pairs).transpose()?.unwrap_or_default();
        let sync = first(stbl, *b"stss").map(table_of::<1>).transpose()?;
        let data_start = contiguous(stbl, &sizes)?;
        // 8.3.2 and 8.4.2, version 0 as our muxer writes them.
        let (clock, width, height) = (word(only(mdia, *b"mdhd")?, 12)?, word(tkhd, 76)?, word(tkhd, 80)?);
        Ok(Self {
            timescale: clock,
            size: [width, height],
            sample_entries: sample_entries(only(stbl, *b"stsd")?)?,
            deltas: pairs(only(stbl, *b"stts")?)?,
            sizes,
            delays,
            sync: sync.map(|table| table.into_iter().map(|[sample]| sample).collect()),
            media_start,
            shown_ticks,
            data_start,
        })
    }

    /// Bytes of all samples.
    pub(crate) fn bytes(&self) -> u64 {
        self.sizes.iter().map(|size| u64::from(*size)).sum()
    }

    /// How many samples it has: frames of a video, packets of a sound.
    pub fn samples(&self) -> u64 {
        self.sizes.len() as u64
    }

    /// Ticks a second of its clock.
    pub fn timescale(&self) -> u32 {
        self.timescale
    }

    /// Width and height of its picture in pixels; 0 of a sound.
    pub fn picture(&self) -> (u32, u32) {
        (self.size[0] >> 16, self.size[1] >> 16)
    }

    /// Where its samples end in the file.
    pub fn data_end(&self) -> u64 {
        self.data_start + self.bytes()
    }

    /// Ticks from its first sample to the first one that is heard or shown.
    pub fn lead_ticks(&self) -> u32 {
        self.media_start
    }

    /// The same samples, each shown `times` as long.
    #[must_use]
    pub fn slowed(&self, times: u32) -> Self {
        let longer =
            |runs: &[(u32, u32)]| runs.iter().map(|(count, ticks)| (*count, ticks * times)).collect();
        Self {
            deltas: longer(&self.deltas),
            delays: longer(&self.delays),
            media_start: self.media_start * times,
            shown_ticks: self.shown_ticks * u64::from(times),
            ..self.clone()
        }
    }

    /// How long it is heard or shown, seconds.
    pub fn shown_s(&self) -> f64 {
        self.shown_ticks as f64 / MOVIE_TIMESCALE as f64
    }

    /// The part of a sound from `start` to `end`, in ticks from where it is first heard; empty outside of it. One
    /// packet more is kept before it, unheard, because each packet of AAC is decoded with the help of the one before.
    #[must_use]
    pub fn cut(&self, start: u64, end: u64) -> Self {
        let lead = u64::from(self.media_start);
        let lengths =
            self.deltas.iter().flat_map(|(count, ticks)| std::iter::repeat_n(*ticks, *count as usize));
        let lengths: Vec<u32> = lengths.take(self.sizes.len()).collect();
        let starts: Vec<u64> = lengths
            .iter()
            .scan(0, |at, ticks| Some(std::mem::replace(at, *at + u64::from(*ticks))))
            .collect();
        let heard = starts.partition_point(|at| *at <= lead + start).saturating_sub(1);
        let from = heard.saturating_sub(1);
        let to = starts.partition_point(|at| *at < lead + end).max(from);
        let kept_from = starts.get(from).copied().unwrap_or(0);
        let all = starts.last().zip(lengths.last()).map_or(0, |(at, ticks)| at + u64::from(*ticks));
        let shown = end.min(all.saturating_sub(lead)).saturating_sub(start);
        Self {
            sizes: self.sizes[from..to].to_vec(),
            deltas: merged(&lengths[from..to]),
            data_start: self.data_start + self.sizes[..from].iter().map(|size| u64::from(*size)).sum::<u64>(),
            media_start: (lead + start).saturating_sub(kept_from) as u32,
            shown_ticks: shown * MOVIE_TIMESCALE / u64::from(self.timescale.max(1)),
            ..self.clone()
        }
    }

    /// Ticks of every frame, if all are as long.
    pub fn frame_ticks(&self) -> Option<u32> {
        let first = self.deltas.first()?.1;
        self.deltas.iter().all(|(_, ticks)| *ticks == first).then_some(first)
    }
}

/// Runs of equal values.
fn merged(values: &[u32]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((count, same)) if same == value => *count += 1,
            _ => runs.push((1, *value)),
        }
    }
    runs
}

/// The payload of the `moov` box.
fn movie(file: &mut File) -> Result<Vec<u8>, Mp4Error> {
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        let got = read_up_to(file, &mut head)?;
        if got < 8 {
            return Err(Mp4Error::Foreign("no moov"));
        }
        let (size, header) = match word(&head, 0)? {
            1 if got == 16 => ((u64::from(word(&head, 8)?) << 32) | u64::from(word(&head, 12)?), 16),
            short => (u64::from(short), 8),
        };
        if size < header {
            return Err(Mp4Error::Foreign("an impossible box"));
        }
        if &head[4..8] == b"moov" {
            if size > MOOV_MAX {
                return Err(Mp4Error::Foreign("an impossible moov"));
            }
            let mut moov = Vec::new();
            file.seek(SeekFrom::Start(at + header))?;
            file.take(size - header).read_to_end(&mut moov)?;
            return Ok(moov);
        }
        at = at.checked_add(size).ok_or(Mp4Error::Foreign("an impossible box"))?;
    }
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> Result<usize, Mp4Error> {
    let mut got = 0;
    while got < buffer.len() {
        match file.read(&mut buffer[got..])? {
            0 => break,
            n => got += n,
        }
    }
    Ok(got)
}

/// The boxes inside a payload.
pub(crate) fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let size = word(bytes, 0).ok()? as usize;
        let kind = bytes.get(4..8)?.try_into().ok()?;
        let payload = bytes.get(8..size)?;
        bytes = &bytes[size..];
        Some((kind, payload))
    })
}

pub(crate) fn first(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    boxes(bytes).find(|(found, _)| *found == kind).map(|(_, payload)| payload)
}

fn only(bytes: &[u8], kind: [u8; 4]) -> Result<&[u8], Mp4Error> {
    let mut found = boxes(bytes).filter(|(found, _)| *found == kind).map(|(_, payload)| payload);
    match (found.next(), found.next()) {
        (Some(payload), None) => Ok(payload),
        _ => Err(Mp4Error::Foreign("a box is missing or there twice")),
    }
}

fn word(bytes: &[u8], at: usize) -> Result<u32, Mp4Error> {
    let word = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    word.map(u32::from_be_bytes).ok_or(Mp4Error::Foreign("a box is too short"))
}

/// The rows of a table: version and flags, count, then rows of `N` words.
fn table_of<const N: usize>(table: &[u8]) -> Result<Vec<[u32; N]>, Mp4Error> {
    let count = word(table, 4)? as usize;
    let rows = table.get(8..).unwrap_or_default().chunks_exact(4 * N);
    if rows.len() < count {
        return Err(Mp4Error::Foreign("a table is too short"));
    }
    rows.take(count)
        .map(|row| {
            let mut words = [0; N];
            for (index, to) in words.iter_mut().enumerate() {
                *to = word(row, 4 * index)?;
            }
            Ok(words)
        })
        .collect()
}

fn pairs(table: &[u8]) -> Result<Vec<(u32, u32)>, Mp4Error> {
    Ok(table_of::<2>(table)?.into_iter().map(|[count, value]| (count, value)).collect())
}

/// Leaves the `btrt` box out of the only sample entry, if that is video (8.5.2, 12.1.3).
fn sample_entries(stsd: &[u8]) -> Result<Vec<u8>, Mp4Error> {
    const FIELDS: usize = 78;
    let entries = stsd.get(8..).unwrap_or_default();
    let Some(entry) = first(entries, *b"avc1") else { return Ok(stsd.to_vec()) };
    if word(stsd, 4)? != 1 || entry.len() < FIELDS {
        return Err(Mp4Error::Foreign("more than one kind of sample"));
    }
    let (fields, children) = entry.split_at(FIELDS);
    let kept: Vec<u8> = boxes(children)
        .filter(|(kind, _)| kind != b"btrt")
        .flat_map(|(kind, payload)| [&(payload.len() as u32 + 8).to_be_bytes(), &kind[..], payload].concat())
        .collect();
    let size = (8 + FIELDS + kept.len()) as u32;
    Ok([&stsd[..8], &size.to_be_bytes(), b"avc1", fields, &kept].concat())
}

/// 8.7.3: either one size for all samples, or one for each.
fn sizes(stsz: &[u8]) -> Result<Vec<u32>, Mp4Error> {
    match word(stsz, 4)? {
        0 => Ok(table_of::<1>(stsz.get(4..).unwrap_or_default())?.into_iter().map(|[size]| size).collect()),
        _ => Err(Mp4Error::Foreign("samples of one size")),
    }
}

/// 8.6.6: from which media tick on, and for how long, the track is shown.
fn edit(trak: &[u8]) -> Result<(u32, u64), Mp4Error> {
    let Some(elst) = first(trak, *b"edts").and_then(|edts| first(edts, *b"elst")) else { return Ok((0, 0)) };
    match table_of::<3>(elst)?.as_slice() {
        [[length, start, _]] if word(elst, 0)? == 0 && *start < u32::MAX / 2 => {
            Ok((*start, u64::from(*length)))
        }
        _ => Err(Mp4Error::Foreign("more than one edit")),
    }
}

/// Where the samples start, when they lie one after the other in the order of the tables (8.7.4, 8.7.5).
fn contiguous(stbl: &[u8], sizes: &[u32]) -> Result<u64, Mp4Error> {
    let chunks: Vec<u64> = match first(stbl, *b"co64") {
        Some(co64) => table_of::<2>(co64)?
            .iter()
            .map(|[high, low]| (u64::from(*high) << 32) | u64::from(*low))
            .collect(),
        None => table_of::<1>(only(stbl, *b"stco")?)?.iter().map(|[offset]| u64::from(*offset)).collect(),
    };
    let runs = table_of::<3>(only(stbl, *b"stsc")?)?;
    let start = *chunks.first().ok_or(Mp4Error::Foreign("no samples"))?;
    let (mut expected, mut sample) = (start, 0);
    for (index, chunk) in chunks.iter().enumerate() {
        let run = runs.iter().rev().find(|[first, ..]| *first as usize <= index + 1);
        let [_, count, entry] = run.ok_or(Mp4Error::Foreign("a chunk without samples"))?;
        let end = sample + *count as usize;
        let inside = sizes.get(sample..end).ok_or(Mp4Error::Foreign("more samples than sizes"))?;
        if *chunk != expected || *entry != 1 {
            return Err(Mp4Error::Foreign("samples that are not in one piece"));
        }
        expected += inside.iter().map(|size| u64::from(*size)).sum::<u64>();
        sample = end;
    }
    if sample == sizes.len() { Ok(start) } else { Err(Mp4Error::Foreign("more sizes than samples")) }
}
