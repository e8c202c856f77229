//! Six of many: good ones, and unlike each other.

use super::filter::Allowed;
use super::library::Library;
use super::score::{Entry, Scorer};
use super::{CANDIDATES, PER_PERFORMANCE};
use std::cmp::Ordering;

/// Share of the score against likeness to those already chosen, in maximal marginal relevance (Carbonell and
/// Goldstein, SIGIR 1998).
const RELEVANCE: f32 = 0.8;
/// How many of the best by quick score are scored with poses.
const POOL: usize = 512;

/// Chooses up to [`CANDIDATES`] of the steps that may be offered, best first, preferred ones before others.
pub fn choose(library: &Library, scorer: &Scorer<'_>, allowed: &[Allowed]) -> Vec<Entry> {
    let mut all: Vec<Entry> = allowed.iter().map(|a| scorer.quick(a.row, a.preferred)).collect();
    if all.len() > POOL {
        all.select_nth_unstable_by(POOL - 1, better);
    }
    let mut chosen = diverse(library, rescored(scorer, &all[..all.len().min(POOL)]));
    if chosen.len() < CANDIDATES && all.len() > POOL {
        // A few performances fill the pool: look at the best of each performance instead.
        all.sort_unstable_by(better);
        let mut taken = vec![0; library.performances()];
        all.retain(|entry| {
            let count = &mut taken[library.hot[entry.row].performance as usize];
            *count += 1;
            *count <= 4 * PER_PERFORMANCE
        });
        all.truncate(8 * POOL);
        chosen = diverse(library, rescored(scorer, &all));
    }
    chosen.sort_by(better);
    chosen
}

/// Preferred first, then by score, then by id.
fn better(a: &Entry, b: &Entry) -> Ordering {
    b.preferred
        .cmp(&a.preferred)
        .then(b.score.total_cmp(&a.score))
        .then(a.row.cmp(&b.row))
        .then(a.mirrored.cmp(&b.mirrored))
}

fn rescored(scorer: &Scorer<'_>, pool: &[Entry]) -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        pool.iter().flat_map(|e| scorer.full(e.row, e.preferred)).flatten().collect();
    entries.sort_by(better);
    entries
}

/// An entry not chosen yet, and its likeness to the most alike chosen one.
struct Open {
    entry: Entry,
    alike: f32,
}

impl Open {
    fn worth(&self) -> f32 {
        RELEVANCE * self.entry.score - (1.0 - RELEVANCE) * self.alike
    }
}

/// Greedy maximal marginal relevance over entries in order of [`better`].
fn diverse(library: &Library, entries: Vec<Entry>) -> Vec<Entry> {
    let performance = |e: &Entry| library.hot[e.row].performance;
    let mut open: Vec<Open> = entries.into_iter().map(|entry| Open { entry, alike: 0.0 }).collect();
    let mut chosen: Vec<Entry> = Vec::with_capacity(CANDIDATES);
    while chosen.len() < CANDIDATES {
        let preferred = open.first().is_some_and(|o| o.entry.preferred);
        let eligible = (0..open.len()).filter(|&i| open[i].entry.preferred == preferred);
        // The first of equals is the better entry.
        let best = eligible.min_by(|&a, &b| open[b].worth().total_cmp(&open[a].worth()).then(a.cmp(&b)));
        let Some(best) = best else { break };
        let entry = open.remove(best).entry;
        chosen.push(entry);
        let from_here = chosen.iter().filter(|e| performance(e) == performance(&entry)).count();
        if from_here >= PER_PERFORMANCE {
            open.retain(|o| performance(&o.entry) != performance(&entry));
        }
        let likeness = library.likeness_to(entry.row);
        for o in &mut open {
            o.alike = o.alike.max(likeness.of(o.entry.row));
        }
    }
    chosen
}
