//! Looking ahead: the best way through several eights.
//!
//! The score of a step depends on all selections before it (what was repeated, what is new, where the last step
//! ended). The search is dynamic programming over a short list of steps for each eight: of all ways to reach a
//! step, the one with the highest total goes on, carrying its own history, so that every score is the one that
//! [`suggest`](super::suggest) would give. Ways that cannot compete are dropped at each eight. The result is never worse than
//! always taking the best candidate: that way is tried too.

use super::filter::{Allowed, Sieve, may_come_back, phrase_rows};
use super::library::{Library, Row};
use super::score::{Entry, Scorer};
use super::{Answer, Chosen, Question, Taste, phrase, six, suggest_for};
use eightcount_domain::{BEATS_PER_EIGHT, ClusterLabel, FeatureVector, Role};
use std::{borrow::Cow, collections::BTreeMap, sync::OnceLock};

/// Steps considered for one eight, beside those that its counterparts show.
const SHORTLIST: usize = 48;
/// How many of them may come from one performance.
const FROM_ONE: usize = 4;
/// Ways kept at each eight: for a plan, and for judging one candidate.
const PLAN_WAYS: usize = 64;
const LOOK_WAYS: usize = 3;
/// Steps considered for one eight when one candidate is judged, and how many of them may come from one performance:
/// fewer, or its steps would be all the ways that go on.
const LOOK_SHORTLIST: usize = 16;
const LOOK_FROM_ONE: usize = 2;
/// The best ways of a plan search the whole library for what follows them well: how many, and for how many steps.
const SEARCHING_WAYS: usize = 6;
const FOUND: usize = 12;
/// Eights looked ahead when candidates are ordered.
const HORIZON: usize = 4;
/// How much of what a candidate costs later counts against it now: not all, since the user may go on otherwise.
const FORESIGHT: f32 = 0.7;

/// An eight that is still to be danced; the fields are those of a [`Question`].
#[derive(Clone, Copy, Debug)]
pub struct Upcoming<'a> {
    /// Which eight of the section, from 0.
    pub eight: u32,
    /// What it is for.
    pub role: Role,
    /// Its mean tempo in beats per minute.
    pub tempo_bpm: f64,
    /// Loudness of its beats, dB relative to full scale.
    pub amplitude: [f32; BEATS_PER_EIGHT],
    /// How loud it is among the eights of its section, 0 to 1, from [`intensities`](super::terms::intensities).
    pub intensity: f32,
    /// Which eights it sounds like.
    pub cluster: ClusterLabel,
    /// Its music.
    pub features: &'a FeatureVector,
}

/// A way through some eights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    /// One selection an eight, in order. Fewer than there are eights only when the library has nothing to offer.
    pub selections: Vec<Chosen>,
    /// Their scores when chosen, each 0 to 1.
    pub scores: Vec<f32>,
}

impl Path {
    /// Sum of the scores.
    pub fn total(&self) -> f32 {
        self.scores.iter().sum()
    }
}

impl<'a> Upcoming<'a> {
    /// The question about this eight after these selections; nothing was re-rolled.
    pub fn question<'q>(&self, history: &'q [Chosen]) -> Question<'q>
    where
        'a: 'q,
    {
        let at = |eight: Option<u32>| history.iter().find(|c| Some(c.eight) == eight);
        Question {
            eight: self.eight,
            role: self.role,
            tempo_bpm: self.tempo_bpm,
            amplitude: self.amplitude,
            intensity: self.intensity,
            cluster: self.cluster,
            features: self.features,
            previous: at(self.eight.checked_sub(1)).cloned(),
            next: at(self.eight.checked_add(1)).map(|c| c.step.clone()),
            history,
            rerolled: &[],
        }
    }
}

/// Takes the best candidate of each eight in turn. `fixed` are the selections made for other eights.
pub fn greedy_path(library: &Library, eights: &[Upcoming<'_>], fixed: &[Chosen], taste: Taste) -> Path {
    let mut path = Path::default();
    let mut history = fixed.to_vec();
    for upcoming in eights {
        let answer = suggest_for(library, &upcoming.question(&history), taste);
        let Some(best) = answer.candidates.into_iter().next() else { break };
        let chosen = Chosen {
            eight: upcoming.eight,
            cluster: upcoming.cluster,
            step: best.step,
            mirrored: best.mirrored,
        };
        history.push(chosen.clone());
        path.selections.push(chosen);
        path.scores.push(best.score);
    }
    path
}

/// The best way found through all eights, which are in order; see the module's description. `fixed` are the
/// selections made for other eights.
pub fn best_path(library: &Library, eights: &[Upcoming<'_>], fixed: &[Chosen], taste: Taste) -> Path {
    let greedy = greedy_path(library, eights, fixed, taste);
    let mut layers = layers(library, eights, fixed, taste);
    for (layer, chosen) in layers.iter_mut().zip(&greedy.selections) {
        layer.rows.to_mut().extend(library.row(&chosen.step));
    }
    match search(library, &layers, fixed, Effort { taste, ways: PLAN_WAYS, searching: SEARCHING_WAYS }) {
        Some(planned) if planned.total() > greedy.total() => planned,
        _ => greedy,
    }
}

/// What may come at the eights of a section whatever is chosen before them: the dear part of looking ahead, made once.
/// It belongs to one library, one section and one taste.
#[derive(Debug)]
pub struct Outlook(Vec<OnceLock<Vec<Row>>>);

impl Outlook {
    /// For a section of so many eights; nothing is searched yet.
    pub fn new(eights: usize) -> Self {
        Self((0..eights).map(|_| OnceLock::new()).collect())
    }

    /// Searches what was not needed yet, so that no question waits for it. Harmless when it runs twice at once.
    pub fn fill(&self, library: &Library, eights: &[Upcoming<'_>], taste: Taste) {
        for upcoming in eights {
            self.rows(library, upcoming, taste);
        }
    }

    fn rows(&self, library: &Library, upcoming: &Upcoming<'_>, taste: Taste) -> Cow<'_, [Row]> {
        let search = || shortlist(library, &upcoming.question(&[]), taste, (LOOK_SHORTLIST, LOOK_FROM_ONE));
        match self.0.get(upcoming.eight as usize) {
            Some(rows) => rows.get_or_init(search).into(),
            None => search().into(),
        }
    }
}

/// Orders an answer's candidates of equal [`Standing`](super::Standing) by what they lead to: a candidate after which
/// the next eights (at most four are looked at) can only be danced worse than after the others falls behind them.
/// Scores stay as they are.
pub fn look_ahead(
    library: &Library,
    question: &Question<'_>,
    upcoming: &[Upcoming<'_>],
    outlook: &Outlook,
    taste: Taste,
    mut answer: Answer,
) -> Answer {
    let others = question.history.iter().filter(|c| c.eight != question.eight);
    let open = |u: &&Upcoming<'_>| !question.history.iter().any(|c| c.eight == u.eight);
    let ahead = upcoming.iter().filter(|u| u.eight > question.eight).filter(open).take(HORIZON);
    let layers: Vec<Layer<'_, '_>> =
        ahead.map(|u| Layer { upcoming: *u, rows: outlook.rows(library, u, taste) }).collect();
    if layers.is_empty() {
        return answer;
    }
    let mut fixed: Vec<Chosen> = others.cloned().collect();
    let future: Vec<f32> = answer
        .candidates
        .iter()
        .map(|candidate| {
            let (step, mirrored) = (candidate.step.clone(), candidate.mirrored);
            fixed.push(Chosen { eight: question.eight, cluster: question.cluster, step, mirrored });
            let path = search(library, &layers, &fixed, Effort { taste, ways: LOOK_WAYS, searching: 0 });
            fixed.pop();
            path.map_or(0.0, |p| p.total())
        })
        .collect();
    let mut order: Vec<usize> = (0..future.len()).collect();
    let worth = |i: usize| answer.candidates[i].score + FORESIGHT * future[i];
    let standing = |i: usize| answer.candidates[i].standing;
    // Stable: candidates of equal worth stay in their order.
    order.sort_by(|&a, &b| standing(a).cmp(&standing(b)).then(worth(b).total_cmp(&worth(a))));
    answer.candidates = order.into_iter().map(|i| answer.candidates[i].clone()).collect();
    answer
}

/// The steps considered for one eight.
struct Layer<'a, 'r> {
    upcoming: Upcoming<'a>,
    rows: Cow<'r, [Row]>,
}

impl Layer<'_, '_> {
    /// The steps to consider after these selections, ascending: the short list, and what the counterparts show.
    fn rows_after(&self, library: &Library, history: &[Chosen], more: Vec<Row>) -> Vec<Row> {
        let Upcoming { eight, cluster, role, tempo_bpm, .. } = self.upcoming;
        let counterparts = phrase::counterparts(history, eight, cluster).into_iter();
        let danced = counterparts.filter_map(|c| library.row(&c.step));
        let danced = danced.filter(|&row| may_come_back(library, row, role, tempo_bpm));
        let mut rows: Vec<Row> = self.rows.iter().copied().chain(danced).chain(more).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

/// Short lists by all that does not depend on the neighbouring eights.
fn layers<'a>(
    library: &Library,
    eights: &[Upcoming<'a>],
    fixed: &[Chosen],
    taste: Taste,
) -> Vec<Layer<'a, 'static>> {
    let layer = |upcoming: &Upcoming<'a>| {
        let question = Question { previous: None, next: None, ..upcoming.question(fixed) };
        Layer {
            upcoming: *upcoming,
            rows: shortlist(library, &question, taste, (SHORTLIST, FROM_ONE)).into(),
        }
    };
    eights.iter().map(layer).collect()
}

/// The best steps, at most so many altogether and of one performance.
fn shortlist(
    library: &Library,
    question: &Question<'_>,
    taste: Taste,
    (most, from_one): (usize, usize),
) -> Vec<Row> {
    let left = offered(&Sieve::of(library, question));
    six::shortlist(library, &Scorer::new(library, question, taste), &left, most, from_one)
}

/// What may be offered: only steps of the eight's own role, where there are any.
fn offered(sieve: &Sieve) -> Vec<Allowed> {
    let mut left = sieve.left();
    if left.iter().any(|a| a.preferred) {
        left.retain(|a| a.preferred);
    }
    left
}

/// The steps of the whole library that follow these selections best.
fn followers(library: &Library, upcoming: &Upcoming<'_>, history: &[Chosen], taste: Taste) -> Vec<Row> {
    shortlist(library, &upcoming.question(history), taste, (FOUND, FROM_ONE))
}

/// The way to one step.
#[derive(Clone)]
struct Way {
    /// The fixed selections, then the way's own.
    history: Vec<Chosen>,
    scores: Vec<f32>,
    total: f32,
}

/// What a search goes by.
#[derive(Clone, Copy)]
struct Effort {
    taste: Taste,
    /// How many ways go on from one eight to the next.
    ways: usize,
    /// How many of them search the whole library for what follows.
    searching: usize,
}

/// The best way through all layers; none when neighbours would have to share a performance.
fn search(library: &Library, layers: &[Layer<'_, '_>], fixed: &[Chosen], effort: Effort) -> Option<Path> {
    let mut ways = vec![Way { history: fixed.to_vec(), scores: Vec::new(), total: 0.0 }];
    for layer in layers {
        let mut reached: BTreeMap<(Row, bool), (f32, usize, Entry)> = BTreeMap::new();
        for (from, way) in ways.iter().enumerate() {
            let searches = from < effort.searching;
            let more = || followers(library, &layer.upcoming, &way.history, effort.taste);
            let more = if searches { more() } else { Vec::new() };
            let rows = layer.rows_after(library, &way.history, more);
            for entry in continuations(library, &layer.upcoming, &rows, &way.history, effort.taste) {
                let total = way.total + entry.score;
                let best = reached.entry((entry.row, entry.mirrored)).or_insert((total, from, entry));
                if total > best.0 {
                    *best = (total, from, entry);
                }
            }
        }
        let mut reached: Vec<(f32, usize, Entry)> = reached.into_values().collect();
        // Stable: of equal totals the smaller step goes on.
        reached.sort_by(|a, b| b.0.total_cmp(&a.0));
        reached.truncate(effort.ways);
        ways =
            reached.into_iter().map(|(total, from, e)| ways[from].with(library, layer, &e, total)).collect();
    }
    let best = ways.into_iter().next()?;
    Some(Path { selections: best.history[fixed.len()..].to_vec(), scores: best.scores })
}

impl Way {
    fn with(&self, library: &Library, layer: &Layer<'_, '_>, entry: &Entry, total: f32) -> Self {
        let Upcoming { eight, cluster, .. } = layer.upcoming;
        let mut way = self.clone();
        way.history.push(Chosen { eight, cluster, step: library.id(entry.row), mirrored: entry.mirrored });
        way.scores.push(entry.score);
        way.total = total;
        way
    }
}

/// Which of these steps may follow these selections.
fn continuations(
    library: &Library,
    upcoming: &Upcoming<'_>,
    rows: &[Row],
    history: &[Chosen],
    taste: Taste,
) -> Vec<Entry> {
    let question = upcoming.question(history);
    let neighbours = question.previous.iter().map(|c| &c.step).chain(&question.next);
    let barred: Vec<u32> = neighbours.filter_map(|id| library.performance(&id.performance)).collect();
    let seen = phrase_rows(library, upcoming.eight, history);
    let scorer = Scorer::new(library, &question, taste);
    let fits = |row: &&Row| !barred.contains(&library.hot[**row].performance) && !seen.contains(row);
    rows.iter().filter(fits).flat_map(|&row| scorer.full(row, false)).flatten().collect()
}

#[cfg(test)]
mod tests;
