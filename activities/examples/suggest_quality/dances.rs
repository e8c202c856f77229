//! Automatic dances, measured.

use crate::numbers::{Chance, correlation, mean, median, percentile};
use crate::{Failed, songs::Song, step};
use eightcount_choreo::suggest::terms::pose_distance;
use eightcount_choreo::suggest::{Chosen, Library, best_path, suggest_for};
use eightcount_domain::{Flavour, MovementTier, PerformanceId, Step, SubjectBox};
use eightcount_media::{Media, Watch};
use eightcount_storage::Storage;
use std::collections::{BTreeMap, BTreeSet};

/// Random pairs of steps that cuts are compared with.
const PAIRS: usize = 20_000;
/// Shuffled dances that a dance is compared with.
const SHUFFLES: usize = 200;
/// Width of the beat alignment score in seconds.
const SIGMA_S: f32 = 0.060;
/// Size in which frames are compared.
const SMALL: (u32, u32) = (96, 54);

/// A planned dance: the best way through a piece of music.
pub struct Dance<'a> {
    pub song: &'a Song,
    pub chosen: Vec<Chosen>,
    /// Sum of the scores.
    pub total: f32,
    steps: Vec<&'a Step>,
}

/// Every piece, danced to one taste.
pub struct Danced<'a> {
    pub name: &'static str,
    pub flavour: Flavour,
    pub dances: Vec<Dance<'a>>,
}

/// All pieces danced to all tastes, the balanced one first.
pub fn all<'a>(library: &Library, steps: &'a [Step], songs: &'a [Song]) -> Vec<Danced<'a>> {
    let danced = |(name, flavour)| Danced {
        name,
        flavour,
        dances: songs.iter().filter_map(|song| Dance::of(library, steps, song, flavour)).collect(),
    };
    let tastes = [
        ("balanced", Flavour::Balanced),
        ("smooth", Flavour::Smooth),
        ("energetic", Flavour::Energetic),
        ("surprising", Flavour::Surprising),
    ];
    tastes.map(danced).into()
}

impl<'a> Dance<'a> {
    /// None when the library has nothing to offer.
    fn of(library: &Library, steps: &'a [Step], song: &'a Song, flavour: Flavour) -> Option<Self> {
        let path = best_path(library, &song.upcoming(), &[], flavour.into());
        let (total, chosen) = (path.total(), path.selections);
        let steps: Vec<&Step> = chosen.iter().filter_map(|c| step(steps, &c.step)).collect();
        (chosen.len() > 1 && steps.len() == chosen.len()).then_some(Self { song, chosen, total, steps })
    }
}

/// Distance of two places in the picture: how far the centre jumps, and the binary logarithm of the heights' ratio.
fn jump(a: SubjectBox, b: SubjectBox) -> f32 {
    let middle = |b: &SubjectBox| f32::midpoint(b.top, b.bottom);
    let (dx, dy) = (a.centre_x - b.centre_x, middle(&a) - middle(&b));
    (dx * dx + dy * dy).sqrt() + ((a.bottom - a.top) / (b.bottom - b.top)).log2().abs()
}

fn seen(place: SubjectBox, mirrored: bool) -> SubjectBox {
    if mirrored { SubjectBox { centre_x: 1.0 - place.centre_x, ..place } } else { place }
}

/// A measure of the jump from one step to another, each shown mirrored or not; none when the data are missing.
type Jump = fn(&Step, &Step, (bool, bool)) -> Option<f32>;

fn box_jump(a: &Step, b: &Step, ways: (bool, bool)) -> Option<f32> {
    Some(jump(seen(a.end_box?, ways.0), seen(b.start_box?, ways.1))).filter(|j| j.is_finite())
}

fn pose_jump(a: &Step, b: &Step, ways: (bool, bool)) -> Option<f32> {
    pose_distance(a.end_pose.as_ref()?, b.start_pose.as_ref()?, ways.0 != ways.1)
}

/// (b) How far boxes and poses jump at the cuts, as percentile among random pairs of steps.
pub fn connections(steps: &[Step], danced: &[Danced<'_>]) {
    let mut chance = Chance(1);
    let pairs: Vec<(&Step, &Step)> = (0..PAIRS)
        .map(|_| (&steps[chance.below(steps.len())], &steps[chance.below(steps.len())]))
        .filter(|(a, b)| a.id.performance != b.id.performance)
        .collect();
    println!(
        "\n| (b) jump at the cut | taste | cuts | median | median of random pairs | median percentile |"
    );
    println!("|---|---|---|---|---|---|");
    for (of, jump) in [("box", box_jump as Jump), ("pose", pose_jump)] {
        let mut random: Vec<f32> = pairs.iter().filter_map(|(a, b)| jump(a, b, (false, false))).collect();
        let usual = median(&mut random);
        for Danced { name, dances, .. } in danced {
            let mut cuts: Vec<f32> = dances.iter().flat_map(|dance| dance.jumps(jump)).collect();
            if cuts.is_empty() || random.is_empty() {
                println!("| {of} | {name} | 0 | no data | | |");
                continue;
            }
            let mut places: Vec<f32> = cuts.iter().map(|jump| percentile(&random, *jump)).collect();
            let (count, middle, place) = (cuts.len(), median(&mut cuts), median(&mut places));
            println!("| {of} | {name} | {count} | {middle:.3} | {usual:.3} | {place:.0} |");
        }
    }
}

impl Dance<'_> {
    fn jumps(&self, of: Jump) -> impl Iterator<Item = f32> {
        let cut = move |k: usize| {
            of(self.steps[k - 1], self.steps[k], (self.chosen[k - 1].mirrored, self.chosen[k].mirrored))
        };
        (1..self.steps.len()).filter_map(cut)
    }
}

/// (c) Whether a phrase that sounds like an earlier one is offered its steps back, and is danced like it; and whether a
/// phrase shows a step twice. Left out are the last eight, which wants an outro, and those where the cut forbids the
/// step: its performance is that of the selection before.
pub fn repetitions(library: &Library, danced: &[Danced<'_>]) {
    let percent = |part: usize, all: usize| 100.0 * part as f32 / all.max(1) as f32;
    println!(
        "\n| (c) taste | eights like one of an earlier phrase | its step is offered first | is danced | phrases | without a step twice |"
    );
    println!("|---|---|---|---|---|---|");
    for Danced { name, flavour, dances } in danced {
        let (mut asked, mut offered, mut kept, mut phrases, mut clean) = (0, 0, 0, 0, 0);
        for Dance { song, chosen, .. } in dances {
            for (k, eight) in song.upcoming().iter().enumerate() {
                let alike =
                    |&j: &usize| j / 4 != k / 4 && j % 4 == k % 4 && chosen[j].cluster == chosen[k].cluster;
                let Some(earlier) = (0..k).rfind(alike).filter(|_| k + 1 < chosen.len()) else { continue };
                let answer = suggest_for(library, &eight.question(&chosen[..k]), (*flavour).into());
                let step = &chosen[earlier].step;
                if step.performance == chosen[k - 1].step.performance {
                    continue;
                }
                asked += 1;
                offered += usize::from(answer.candidates.first().is_some_and(|c| c.step == *step));
                kept += usize::from(chosen[k].step == *step);
            }
            for phrase in chosen.chunks(4) {
                phrases += 1;
                let steps: BTreeSet<_> = phrase.iter().map(|c| &c.step).collect();
                clean += usize::from(steps.len() == phrase.len());
            }
        }
        let [offered, kept] = [offered, kept].map(|part| percent(part, asked));
        let clean = percent(clean, phrases);
        println!("| {name} | {asked} | {offered:.0} % | {kept:.0} % | {phrases} | {clean:.0} % |");
    }
}

/// (d) Whether the dance moves as strongly as the music sounds, beat by beat, against its steps in another order. Joints
/// and pictures measure in units of their own: each counts as a multiple of its mean in the library.
pub fn energies(steps: &[Step], danced: &[Danced<'_>]) {
    let usual = |tier| {
        let alike = steps.iter().filter(|s| s.movement.tier == tier);
        mean(&alike.flat_map(|s| s.movement.per_beat).collect::<Vec<f32>>()).max(f32::MIN_POSITIVE)
    };
    let (joints, pictures) = (usual(MovementTier::Joints), usual(MovementTier::Visual));
    let scaled = |step: &&Step| {
        let unit = if step.movement.tier == MovementTier::Joints { joints } else { pictures };
        step.movement.per_beat.map(|m| m / unit)
    };
    println!(
        "\n| (d) correlation of loudness and movement | dances | own | shuffled | above the 95th percentile of shuffled |\n|---|---|---|---|---|"
    );
    for Danced { name, dances, .. } in danced {
        let mut chance = Chance(2);
        let (mut own, mut shuffled) = (Vec::new(), Vec::new());
        let mut better = 0;
        for dance in dances {
            let music: Vec<f32> =
                dance.song.loudness.iter().take(dance.steps.len()).flatten().copied().collect();
            let movement = |steps: &[&Step]| steps.iter().flat_map(scaled).collect::<Vec<f32>>();
            let value = correlation(&music, &movement(&dance.steps));
            let mut order = dance.steps.clone();
            let mut others: Vec<f32> = (0..SHUFFLES)
                .map(|_| {
                    chance.shuffle(&mut order);
                    correlation(&music, &movement(&order))
                })
                .collect();
            own.push(value);
            shuffled.push(mean(&others));
            others.sort_by(f32::total_cmp);
            better += usize::from(percentile(&others, value) >= 95.0);
        }
        let (own, shuffled) = (mean(&own), mean(&shuffled));
        println!("| {name} | {} | {own:.2} | {shuffled:.2} | {better} |", dances.len());
    }
}

/// (e) Whether movement lands on beats: the score of Li et al. (AIST++, 2021) with kinematic beats at the minima of the
/// picture's change, both ways. Compared with the same kinematic beats shifted by a random time within each eight, and
/// with those of other steps laid on the eight: these are laid beat upon beat too, so they tell what choosing adds, the
/// shifted ones what retiming adds.
pub async fn beats(
    storage: &Storage,
    media: &Media,
    steps: &[Step],
    dances: &[Dance<'_>],
) -> Result<(), Failed> {
    let mut films: BTreeMap<PerformanceId, (f32, Vec<f32>)> = BTreeMap::new();
    for id in steps.iter().map(|s| &s.id.performance) {
        if !films.contains_key(id) {
            films.insert(id.clone(), changes(storage, media, id).await?);
        }
    }
    let mut chance = Chance(3);
    let [mut own, mut shifted, mut others] =
        [Alignment::default(), Alignment::default(), Alignment::default()];
    for dance in dances {
        for (eight, step) in dance.song.eights.iter().zip(&dance.steps) {
            let onto = eight.beats.map(|beat| beat - eight.start());
            let music: Vec<f32> = onto[..8].iter().map(|beat| *beat as f32).collect();
            let Some(times) = stops(&films, step, eight.tempo_bpm(), onto) else { continue };
            own.add(&times, &music);
            for _ in 0..20 {
                let shift = onto[8] as f32 * chance.below(10_000) as f32 / 10_000.0;
                let moved: Vec<f32> = times.iter().map(|t| (t + shift) % onto[8] as f32).collect();
                shifted.add(&moved, &music);
                let other = &steps[chance.below(steps.len())];
                if let Some(times) = stops(&films, other, eight.tempo_bpm(), onto) {
                    others.add(&times, &music);
                }
            }
        }
    }
    let sigma = SIGMA_S * 1000.0;
    println!(
        "\n| (e) beat alignment, σ = {sigma:.0} ms | eights | own | shifted | lift | other steps | lift |\n|---|---|---|---|---|---|---|"
    );
    for (name, of) in [
        ("movement's beats that fall on the music's", (|a| &a.to_music) as fn(&Alignment) -> &Vec<f32>),
        ("music's beats that are danced", |a| &a.to_dance),
    ] {
        let [value, by_shift, by_others] = [&own, &shifted, &others].map(|alignment| mean(of(alignment)));
        println!(
            "| {name} | {} | {value:.2} | {by_shift:.2} | {:.2} | {by_others:.2} | {:.2} |",
            of(&own).len(),
            value / by_shift,
            value / by_others,
        );
    }
    Ok(())
}

/// Scores of many eights, each way.
#[derive(Default)]
struct Alignment {
    to_music: Vec<f32>,
    to_dance: Vec<f32>,
}

impl Alignment {
    fn add(&mut self, dance: &[f32], music: &[f32]) {
        self.to_music.extend(score(dance, music));
        self.to_dance.extend(score(music, dance));
    }
}

/// When a step comes to a stop once it is laid on an eight; none for steps in half or double time, which have other
/// beats on the eight's.
fn stops(
    films: &BTreeMap<PerformanceId, (f32, Vec<f32>)>,
    step: &Step,
    tempo_bpm: f64,
    onto: [f64; 9],
) -> Option<Vec<f32>> {
    let (fps, change) = films.get(&step.id.performance)?;
    ((step.tempo_bpm() / tempo_bpm).log2().abs() < 0.3).then(|| kinematic(step, onto, *fps, change))
}

/// How much each frame of a performance differs from the one before, smoothed, and the frames' rate.
async fn changes(storage: &Storage, media: &Media, id: &PerformanceId) -> Result<(f32, Vec<f32>), Failed> {
    let performance = storage.choreo.performance(id).await?.ok_or("a performance is gone")?;
    let conformed = performance.conformed.ok_or("a mezzanine is gone")?;
    let file = storage.blobs.local(&conformed.mezzanine).await?;
    let (mut before, mut raw): (Vec<u8>, Vec<f32>) = (Vec::new(), Vec::new());
    let mut see = |_: u64, planes: &[u8]| {
        let pixels = &planes[..(SMALL.0 * SMALL.1) as usize];
        let change: u64 = before.iter().zip(pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        raw.push(change as f32 / pixels.len() as f32);
        before = pixels.to_vec();
    };
    media.small_frames(&file, SMALL, &mut Watch::nobody(), &mut see).await?;
    let weights = [0.06, 0.24, 0.4, 0.24, 0.06];
    let at = |i: usize| {
        let near = (0..5).map(|j| raw.get((i + j).saturating_sub(2)).copied().unwrap_or(0.0));
        near.zip(weights).map(|(value, weight)| value * weight).sum()
    };
    Ok((conformed.fps.get() as f32, (0..raw.len()).map(at).collect()))
}

/// When a step comes to a stop, in seconds from the start of the eight that it is laid on, beat upon beat.
fn kinematic(step: &Step, onto: [f64; 9], fps: f32, change: &[f32]) -> Vec<f32> {
    let frame = |time: f64| (time * f64::from(fps)).round().max(0.0) as usize;
    let span = frame(step.beats[0]).max(1)..frame(step.beats[8]).min(change.len().saturating_sub(1));
    let lowest = |&i: &usize| change[i] < change[i - 1] && change[i] <= change[i + 1];
    let laid = |i: usize| {
        let time = i as f64 / f64::from(fps);
        let beat = (0..8).rev().find(|&b| step.beats[b] <= time).unwrap_or(0);
        let share = (time - step.beats[beat]) / (step.beats[beat + 1] - step.beats[beat]);
        (onto[beat] + share * (onto[beat + 1] - onto[beat])) as f32
    };
    span.filter(lowest).map(laid).collect()
}

/// Mean closeness of each time to the nearest of others; none when either is empty.
fn score(times: &[f32], others: &[f32]) -> Option<f32> {
    if times.is_empty() || others.is_empty() {
        return None;
    }
    let near = |t: &f32| others.iter().map(|o| (t - o).abs()).fold(f32::MAX, f32::min);
    Some(
        times.iter().map(near).map(|d| (-(d / SIGMA_S).powi(2) / 2.0).exp()).sum::<f32>()
            / times.len() as f32,
    )
}
