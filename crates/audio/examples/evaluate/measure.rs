//! What is measured of a clip.

use crate::{aubio, sets::Truth};
use eightcount_audio::{
    AudioError, SAMPLE_RATE, all_eights, amplitude, cluster,
    evaluation::metrics::{
        continuity, f_measure, median_offset, near_share, pairwise_f, tempo_accuracy, tempo_bpm, trim,
        v_measure,
    },
    features, hear,
};
use eightcount_domain::{BeatGrid, ClusterLabel, Clustering, Confidence, Eight};
use rustix::time::{ClockId, clock_gettime};

/// What `mir_eval` leaves out at the start, seconds.
const TRIM_S: f64 = 5.0;

/// The scores of one clip, or their means. None where the truth is not known.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// Of the beats: F-measure whole and without the first five seconds, then continuity.
    pub beats: [f64; 6],
    /// F-measure of the downbeats.
    pub downbeats: Option<f64>,
    /// Accuracy of the tempo, itself and up to an octave or a third.
    pub tempo: [f64; 2],
    /// Median offset of matching beats, milliseconds.
    pub offset_ms: Option<f64>,
    /// Share of eights that start on a "one".
    pub ones: Option<f64>,
    /// Pairwise F and V-measure of clusters on the true eights, and pairwise F on the heard ones.
    pub clusters: Option<[f64; 3]>,
    /// Times real time, on one core.
    pub speed: f64,
}

/// Our scores and what else is worth a look.
pub struct Ours {
    pub scores: Scores,
    /// What was said where nothing was heard.
    pub heard: Result<Confidence, AudioError>,
}

impl Scores {
    /// The mean of each score over the clips where it is known.
    pub fn mean<'a>(all: &(impl Iterator<Item = &'a Scores> + Clone)) -> Self {
        let mean = |of: &dyn Fn(&Scores) -> Option<f64>| {
            let known: Vec<f64> = all.clone().filter_map(of).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        let always = |of: &dyn Fn(&Scores) -> f64| mean(&|s| Some(of(s))).unwrap_or(0.0);
        let cluster = |i: usize| mean(&|s| s.clusters.map(|c| c[i]));
        Self {
            beats: std::array::from_fn(|i| always(&|s| s.beats[i])),
            downbeats: mean(&|s| s.downbeats),
            tempo: std::array::from_fn(|i| always(&|s| s.tempo[i])),
            offset_ms: mean(&|s| s.offset_ms.map(f64::abs)),
            ones: mean(&|s| s.ones),
            clusters: cluster(0).zip(cluster(1)).zip(cluster(2)).map(|((f, v), heard)| [f, v, heard]),
            speed: always(&|s| s.speed),
        }
    }
}

/// From PCM to clusters, as a song goes through the service.
pub fn our_scores(clip: &Truth) -> Ours {
    let started = cpu_s();
    let hearing = hear(&clip.pcm);
    let found = hearing.as_ref().map(|hearing| {
        let eights = all_eights(&hearing.grid);
        let _ = amplitude(&clip.pcm, &eights);
        let clusters = cluster(&features(&clip.pcm, &eights));
        (eights, clusters)
    });
    let speed = seconds(clip) / (cpu_s() - started);
    let (Ok(hearing), Ok((eights, clusters))) = (&hearing, found) else {
        let heard = hearing.map(|hearing| hearing.grid.confidence);
        return Ours { scores: Scores { speed, ..Scores::default() }, heard };
    };
    let grid = &hearing.grid;
    let starts: Vec<f64> = eights.iter().map(Eight::start).collect();
    let scores = Scores {
        downbeats: Some(f_measure(&clip.downbeats, &downbeats(grid))),
        ones: clip.ones.as_ref().map(|ones| near_share(ones, &starts)),
        clusters: clip.kinds.as_ref().map(|truth| cluster_scores(clip, truth, &eights, &clusters)),
        speed,
        ..of_beats(clip, &grid.beats)
    };
    Ours { scores, heard: Ok(grid.confidence) }
}

/// aubio's beats alone: it has no downbeats, eights or clusters.
pub fn aubio_scores(clip: &Truth) -> Scores {
    let started = cpu_s();
    let beats = aubio::beats(&clip.pcm);
    let speed = seconds(clip) / (cpu_s() - started);
    Scores { speed, ..of_beats(clip, &beats) }
}

fn of_beats(clip: &Truth, beats: &[f64]) -> Scores {
    let whole = f_measure(&clip.beats, beats);
    let trimmed = f_measure(&trim(&clip.beats, TRIM_S), &trim(beats, TRIM_S));
    let runs = continuity(&clip.beats, beats);
    let tempo = tempo_bpm(&clip.beats).zip(tempo_bpm(beats)).map_or([0.0; 2], |(truth, found)| {
        tempo_accuracy(truth, found).map(|right| if right { 1.0 } else { 0.0 })
    });
    Scores {
        beats: [whole, trimmed, runs.cml_c, runs.cml_t, runs.aml_c, runs.aml_t],
        tempo,
        offset_ms: median_offset(&clip.beats, beats).map(|offset| offset * 1000.0),
        ..Scores::default()
    }
}

/// On the true eights; and on the heard ones, whose truth is the kind of what is played in their middle.
fn cluster_scores(
    clip: &Truth,
    truth: &(Vec<Eight>, Vec<usize>),
    heard: &[Eight],
    found: &Clustering,
) -> [f64; 3] {
    let numbers = |labels: &[ClusterLabel]| labels.iter().map(|l| usize::from(l.0)).collect::<Vec<_>>();
    let (eights, kinds) = truth;
    let on_true = numbers(&cluster(&features(&clip.pcm, eights)).labels);
    let kind_at = |eight: &Eight| {
        let middle = eight.beats[4];
        kinds[eights.partition_point(|e| e.end() <= middle).min(kinds.len() - 1)]
    };
    let heard_kinds: Vec<usize> = heard.iter().map(kind_at).collect();
    [
        pairwise_f(kinds, &on_true),
        v_measure(kinds, &on_true),
        pairwise_f(&heard_kinds, &numbers(&found.labels)),
    ]
}

fn downbeats(grid: &BeatGrid) -> Vec<f64> {
    grid.downbeats.iter().map(|&i| grid.beats[i as usize]).collect()
}

fn seconds(clip: &Truth) -> f64 {
    clip.pcm.len() as f64 / f64::from(SAMPLE_RATE)
}

/// Processor time of this thread, seconds: other work on the machine does not count.
fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
