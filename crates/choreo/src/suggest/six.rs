//! Six of many: good ones, and unlike each other.

use super::filter::Allowed;
use super::library::{Library, Row};
use super::score::{Entry, Scorer};
use super::{CANDIDATES, PER_PERFORMANCE, Taste};
use std::cmp::Ordering;

/// How many of the best by quick score are scored with poses.
const POOL: usize = 256;

/// Chooses up to [`CANDIDATES`] of the steps that may be offered, in order of [`Standing`], then best first.
pub fn choose(library: &Library, scorer: &Scorer<'_>, allowed: &[Allowed], taste: Taste) -> Vec<Entry> {
    let relevance = taste.relevance;
    // What comes back is offered whatever its score, if it may be offered at all.
    let back = scorer.returning().and_then(|row| allowed.binary_search_by_key(&row, |a| a.row).ok());
    let back = back.map(|i| Quick { step: allowed[i], score: 0.0 });
    let six_of = |mut pool: Vec<Quick>| {
        pool.extend(back.filter(|b| pool.iter().all(|q| q.step.row != b.step.row)));
        diverse(library, rescored(scorer, &pool), relevance)
    };
    let mut chosen = six_of(best(scorer, allowed));
    if chosen.len() < CANDIDATES && allowed.len() > POOL {
        // A few performances fill the pool: look at the best of each performance instead.
        let mut pool = all(scorer, allowed);
        keep_best_of_each(library, &mut pool, 4 * PER_PERFORMANCE);
        pool.truncate(8 * POOL);
        chosen = six_of(pool);
    }
    chosen.sort_by(better);
    chosen
}

/// A step with its quick score.
#[derive(Clone, Copy)]
struct Quick {
    step: Allowed,
    score: f32,
}

impl Quick {
    fn better(&self, other: &Self) -> Ordering {
        let preferred = other.step.preferred.cmp(&self.step.preferred);
        preferred.then(other.score.total_cmp(&self.score)).then(self.step.row.cmp(&other.step.row))
    }
}

/// The [`POOL`] best steps, in any order.
fn best(scorer: &Scorer<'_>, allowed: &[Allowed]) -> Vec<Quick> {
    let mut pool: Vec<Quick> = Vec::with_capacity(2 * POOL);
    let mut least = 0.0;
    for &step in allowed {
        // Preferred steps are few and always taken.
        let limit = if step.preferred { 0.0 } else { least };
        let Some(score) = scorer.quick(step.row, limit) else { continue };
        pool.push(Quick { step, score });
        if pool.len() == 2 * POOL {
            pool.select_nth_unstable_by(POOL - 1, Quick::better);
            pool.truncate(POOL);
            least = pool.iter().filter(|q| !q.step.preferred).map(|q| q.score).fold(1.0, f32::min);
        }
    }
    if pool.len() > POOL {
        pool.select_nth_unstable_by(POOL - 1, Quick::better);
        pool.truncate(POOL);
    }
    pool
}

/// The best `most` steps by quick score, best first, at most `from_one` of each performance.
pub fn shortlist(
    library: &Library,
    scorer: &Scorer<'_>,
    allowed: &[Allowed],
    most: usize,
    from_one: usize,
) -> Vec<Row> {
    let rows = |mut pool: Vec<Quick>| {
        keep_best_of_each(library, &mut pool, from_one);
        pool.iter().take(most).map(|q| q.step.row).collect::<Vec<_>>()
    };
    let list = rows(best(scorer, allowed));
    if list.len() == most || allowed.len() <= POOL { list } else { rows(all(scorer, allowed)) }
}

fn all(scorer: &Scorer<'_>, allowed: &[Allowed]) -> Vec<Quick> {
    let quick = |&step: &Allowed| scorer.quick(step.row, 0.0).map(|score| Quick { step, score });
    allowed.iter().filter_map(quick).collect()
}

/// Sorts, best first, and keeps the best `from_one` steps of each performance.
fn keep_best_of_each(library: &Library, pool: &mut Vec<Quick>, from_one: usize) {
    pool.sort_unstable_by(Quick::better);
    let mut taken = vec![0; library.performances()];
    pool.retain(|q| {
        let count = &mut taken[library.hot[q.step.row].performance as usize];
        *count += 1;
        *count <= from_one
    });
}

/// By standing, then by score, then by id.
fn better(a: &Entry, b: &Entry) -> Ordering {
    a.standing
        .cmp(&b.standing)
        .then(b.score.total_cmp(&a.score))
        .then(a.row.cmp(&b.row))
        .then(a.mirrored.cmp(&b.mirrored))
}

fn rescored(scorer: &Scorer<'_>, pool: &[Quick]) -> Vec<Entry> {
    let full = |q: &Quick| scorer.full(q.step.row, q.step.preferred);
    let mut entries: Vec<Entry> = pool.iter().flat_map(full).flatten().collect();
    entries.sort_by(better);
    entries
}

/// An entry not chosen yet, and its likeness to the most alike chosen one.
struct Open {
    entry: Entry,
    alike: f32,
}

impl Open {
    fn worth(&self, relevance: f32) -> f32 {
        relevance * self.entry.score - (1.0 - relevance) * self.alike
    }
}

/// Greedy maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) over entries in order of [`better`].
fn diverse(library: &Library, entries: Vec<Entry>, relevance: f32) -> Vec<Entry> {
    let performance = |e: &Entry| library.hot[e.row].performance;
    let mut open: Vec<Open> = entries.into_iter().map(|entry| Open { entry, alike: 0.0 }).collect();
    let mut chosen: Vec<Entry> = Vec::with_capacity(CANDIDATES);
    while chosen.len() < CANDIDATES {
        let standing = open.first().map(|o| o.entry.standing);
        let eligible = (0..open.len()).filter(|&i| Some(open[i].entry.standing) == standing);
        let worth = |i: usize| open[i].worth(relevance);
        // The first of equals is the better entry.
        let best = eligible.min_by(|&a, &b| worth(b).total_cmp(&worth(a)).then(a.cmp(&b)));
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
