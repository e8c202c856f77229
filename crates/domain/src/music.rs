//! What is known of a song: its beat grid, eights, amplitude and clusters.

use crate::{Bpm, FailureCode, Millis, SongId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Beats in an eight, the dancer's phrase.
pub const BEATS_PER_EIGHT: usize = 8;

/// How far the hearing of a song has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SongStatus {
    /// Being analysed.
    Hearing,
    /// Analysed: sections can be chosen.
    Ready,
    /// The analysis failed; `failure` says why.
    Failed,
}

/// The user's music.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Song {
    /// Hash of the uploaded file.
    pub id: SongId,
    /// Title as given at upload, or the file's name without its extension.
    pub title: String,
    /// Length of the decoded audio.
    pub duration_ms: Millis,
    /// When it was uploaded, milliseconds since the Unix epoch.
    pub uploaded_at_ms: Millis,
    /// How far its hearing has come.
    pub status: SongStatus,
    /// Why the hearing failed.
    pub failure: Option<FailureCode>,
}

/// How sure the beat tracker is, each 0 (a guess) to 1 (certain).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confidence {
    /// That the tempo is not half or double of what a listener taps.
    pub tempo_octave: f32,
    /// That the beats are not off-beats.
    pub beat_phase: f32,
    /// That the downbeats are the first beats of bars.
    pub bar_phase: f32,
}

/// That a piece of music has no beat that could be told: an answer, too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoBeats {
    /// How sure that is: 0 (too little was heard to tell, or a beat nearly stands out) to 1 (nothing repeats).
    pub confidence: f32,
}

/// The pulse of a piece of music.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BeatGrid {
    /// Beat times in seconds from the first sample, strictly ascending.
    pub beats: Vec<f64>,
    /// Indices into `beats` of the first beat of each bar, ascending.
    pub downbeats: Vec<u32>,
    /// Median tempo.
    pub tempo: Bpm,
    /// Beats in a bar, 3 or 4.
    pub metre: u8,
    /// Index of the first beat on which an eight starts, less than [`BeatGrid::beats_per_eight`].
    pub phase: u8,
    /// How sure all this is.
    pub confidence: Confidence,
}

impl BeatGrid {
    /// Beats of the music in an eight, which is two bars: 8, or 6 where the music is in three.
    pub fn beats_per_eight(&self) -> usize {
        if self.metre == 3 { 6 } else { BEATS_PER_EIGHT }
    }

    /// Indices into `beats` of the beats on which eights start, ascending; the last eight of a stretch may be cut
    /// short. No eight spans a silence in which there are no beats: after it they start anew on the first downbeat.
    pub fn eight_starts(&self) -> Vec<usize> {
        let first = usize::from(self.phase);
        let starts = |run: std::ops::Range<usize>| {
            let downbeat = self.downbeats.iter().map(|&d| d as usize).find(|d| run.contains(d));
            let start = if run.start == 0 { first } else { downbeat.unwrap_or(run.start) };
            (start.min(run.end)..run.end).step_by(self.beats_per_eight())
        };
        self.runs().into_iter().flat_map(starts).collect()
    }

    /// All whole eights, from the first to the last beat. Beats before the first, after the last and around silences
    /// are left over.
    pub fn eights(&self) -> Vec<Eight> {
        let runs = self.runs();
        let whole = |start: &usize| {
            runs.iter().any(|run| run.contains(start) && run.contains(&(start + self.beats_per_eight())))
        };
        let starts = self.eight_starts().into_iter().filter(whole);
        (0..).zip(starts).filter_map(|(index, start)| self.eight(index, start)).collect()
    }

    /// The eight that starts on beat `start`, as number `index` of its section; none where its beats or the one after
    /// them are missing.
    pub fn eight(&self, index: u32, start: usize) -> Option<Eight> {
        let beats = self.beats_per_eight();
        let span = self.beats.get(start..=start + beats)?;
        let count = |place: usize| {
            let (beat, rest) = (place * beats / BEATS_PER_EIGHT, place * beats % BEATS_PER_EIGHT);
            let share = rest as f64 / BEATS_PER_EIGHT as f64;
            // On a beat the beat itself, to the last bit.
            if rest == 0 { span[beat] } else { span[beat] + share * (span[beat + 1] - span[beat]) }
        };
        Some(Eight { index, beats: std::array::from_fn(count) })
    }

    /// Stretches of indices into `beats` without a silence of more than an eight between two beats.
    pub fn runs(&self) -> Vec<std::ops::Range<usize>> {
        let longest = self.beats_per_eight() as f64 * self.tempo.beat_seconds();
        let breaks = self.beats.windows(2).enumerate().filter(|(_, pair)| pair[1] - pair[0] > longest);
        let mut runs = Vec::new();
        let mut start = 0;
        for end in breaks.map(|(before, _)| before + 1).chain([self.beats.len()]) {
            runs.push(start..end);
            start = end;
        }
        runs
    }
}

/// A tempo that the user tapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Tap {
    /// Length of a beat in microseconds, 150,000 to 3,000,000 (400 to 20 beats a minute).
    pub beat_us: u32,
    /// A beat on which an eight starts, milliseconds from the first sample.
    pub one_ms: u32,
}

/// What the user changed about the beat grid, in the order in which it is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct GridCorrection {
    /// The song is heard at this tempo, and its eights are counted from here; none as it was heard.
    pub tap: Option<Tap>,
    /// Tempo times two to this power: -1 halves, 0 keeps, 1 doubles.
    pub octave: i8,
    /// The eights start this many beats later (-7 to 7).
    pub shift_beats: i8,
    /// And this many quarters of a beat later (0 to 3), with all beats: 2 puts the beats where the off-beats were.
    pub shift_quarters: u8,
    /// All beats move later by this many milliseconds (-500 to 500).
    pub nudge_ms: i16,
}

/// Which correction of its beat grid a song has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SongGrid {
    /// How often it was changed: 0 as it was heard.
    pub revision: u32,
    /// What was changed.
    pub correction: GridCorrection,
}

/// A wish to change the beat grid of a song as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum GridChange {
    /// Twice as many beats.
    Double,
    /// Half as many beats: those on which eights start stay.
    Halve,
    /// The eights start later (or earlier) by beats. Quarters of a beat are possible, and move the beats.
    Shift {
        /// How many beats later, a multiple of 0.25 between -8 and 8.
        beats: f64,
    },
    /// An eight starts on the beat that is nearest to a time.
    StartEightAt {
        /// The time, seconds from the first sample.
        time_s: f64,
    },
    /// All beats move later (or earlier).
    Nudge {
        /// By how many milliseconds; all nudges together may be -500 to 500.
        ms: i16,
    },
    /// The tempo is tapped. It replaces what was changed before.
    Tap {
        /// When, seconds from the first sample: 4 to 400 taps in order, one a beat, the first on a "one". A beat
        /// in between may be left out.
        times_s: Vec<f64>,
    },
    /// As it was heard.
    Reset,
}

/// A part of a song: half-open, on the song's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Section {
    /// Where it starts.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub start_ms: Millis,
    /// Where it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub end_ms: Millis,
}

impl Section {
    /// The part that consecutive eights cover, to the millisecond; none without eights.
    pub fn covering(eights: &[Eight]) -> Option<Self> {
        let (first, last) = (eights.first()?.section(), eights.last()?.section());
        Some(Self { start_ms: first.start_ms, end_ms: last.end_ms })
    }
}

/// Two bars of the song inside the section, counted to eight: eight consecutive beats, or where the music is in three
/// six beats divided evenly, so that the first and the fifth count are downbeats.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Eight {
    /// Which eight of the section, from 0.
    pub index: u32,
    /// The times of its eight counts and of the count after them, in seconds on the song's clock.
    pub beats: [f64; BEATS_PER_EIGHT + 1],
}

impl Eight {
    /// When it starts, seconds on the song's clock.
    pub fn start(&self) -> f64 {
        self.beats[0]
    }

    /// When it ends, which is when the next one starts.
    pub fn end(&self) -> f64 {
        self.beats[BEATS_PER_EIGHT]
    }

    /// The part of the song that it covers, to the millisecond.
    pub fn section(&self) -> Section {
        Section { start_ms: Millis::rounded(self.start()), end_ms: Millis::rounded(self.end()) }
    }

    /// Mean tempo in beats per minute.
    pub fn tempo_bpm(&self) -> f64 {
        60.0 * BEATS_PER_EIGHT as f64 / (self.end() - self.start())
    }
}

/// Loudness of an eight, beat by beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amplitude {
    /// Root mean square, dB relative to full scale, floor -80.
    pub rms_dbfs: [f32; BEATS_PER_EIGHT],
    /// Largest absolute sample, 0 to 1.
    pub peak: [f32; BEATS_PER_EIGHT],
    /// Strongest onset, 0 (none) to 1 (the song's strongest).
    pub onset: [f32; BEATS_PER_EIGHT],
    /// For display: 0 (silence) to 10 (the song's loudest).
    pub level: [u8; BEATS_PER_EIGHT],
}

/// Which set of alike eights an eight belongs to: 0 is A, in order of appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterLabel(pub u8);

impl fmt::Display for ClusterLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = char::from(b'A' + self.0 % 26);
        if self.0 < 26 { write!(f, "{letter}") } else { write!(f, "{letter}{}", self.0 / 26) }
    }
}

/// The eights of a section sorted into clusters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clustering {
    /// The cluster of each eight: A is that of the first eight, B the next new one, and so on.
    pub labels: Vec<ClusterLabel>,
    /// How clear the clusters are: mean silhouette, -1 to 1; 0 when there is only one cluster.
    pub silhouette: f32,
    /// `similarity[i][j]`: 0 (as far apart as any two eights of the section) to 1 (the same). Symmetric.
    pub similarity: Vec<Vec<f32>>,
}

/// All that preprocessing hears of a song.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hearing {
    /// Length of the decoded audio in seconds.
    pub duration_s: f64,
    /// Loudness of the whole song by EBU R 128, LUFS, on all its channels; none for silence.
    pub loudness_lufs: Option<f64>,
    /// The beat grid.
    pub grid: BeatGrid,
    /// Tempo that aubio heard on its own, a second opinion.
    pub aubio_tempo_bpm: Option<f64>,
    /// Waveform for display: for each equal part of the song its lowest and highest sample, -127 to 127.
    pub waveform: Vec<[i8; 2]>,
}
