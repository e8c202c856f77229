//! Which steps may be offered, and how many each rule leaves out.

use super::library::{Library, Row};
use super::{CANDIDATES, Chosen, Question, phrase, terms};
use eightcount_domain::{Filtered, Relaxed, Role};

/// Quality below which a step is left out.
pub const LEAST_QUALITY: f32 = 0.3;
/// Stretch, as a binary logarithm, within which steps are as good as the least stretched one when all are
/// beyond 20 percent.
const TEMPO_MARGIN_LOG2: f32 = 0.1;

/// The rules that may be set aside, the dearest last: a dance stretched beyond recognition is worse than a dull cut, a
/// dull cut worse than a step seen badly, and that worse than one seen twice.
const SET_ASIDE: [Relaxed; 4] =
    [Relaxed::SamePhrase, Relaxed::Quality, Relaxed::SamePerformance, Relaxed::Tempo];

/// The steps of a library sorted by what may be done with them.
pub struct Sieve {
    pub filtered: Filtered,
    pub relaxed: Vec<Relaxed>,
    /// What passes all filters but role and re-rolled.
    allowed: Vec<Row>,
    /// Same length and order as `allowed`.
    marks: Vec<Mark>,
    /// Steps of other roles are offered too.
    pub widened: bool,
}

#[derive(Clone, Copy)]
struct Mark {
    right_role: bool,
    rerolled: bool,
}

/// A step that may be offered.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    pub row: Row,
    /// Of the eight's own role where others are offered too: comes first.
    pub preferred: bool,
}

impl Sieve {
    /// Applies the filters, relaxing them only when nothing at all is left.
    pub fn of(library: &Library, question: &Question<'_>) -> Self {
        let rules = Rules::of(library, question);
        let mut filtered = Filtered::default();
        let mut allowed = Vec::new();
        let mut relaxed = Vec::new();
        // Counting up, the bits stand for the rules: the dear ones are tried last.
        for attempt in 0..1_u32 << SET_ASIDE.len() {
            let aside = SET_ASIDE.iter().enumerate().filter(|(bit, _)| attempt >> bit & 1 == 1);
            relaxed = aside.map(|(_, rule)| *rule).collect();
            (allowed, filtered) = rules.apply(library, &relaxed);
            if !allowed.is_empty() || filtered.hidden == filtered.library {
                break;
            }
        }
        if allowed.is_empty() {
            relaxed.clear();
        }
        Self::with_roles(library, question, allowed, filtered, relaxed)
    }

    fn with_roles(
        library: &Library,
        question: &Question<'_>,
        allowed: Vec<Row>,
        mut filtered: Filtered,
        relaxed: Vec<Relaxed>,
    ) -> Self {
        let rerolled = rerolled_rows(library, question, &allowed);
        let counterparts = phrase::counterparts(question.history, question.eight, question.cluster);
        let returning = phrase::nearest(&counterparts, question.eight).and_then(|c| library.row(&c.step));
        // The first eight's step comes back in the middle, where the phrase does; an end stays an end.
        let returns = |row: Row| question.role == Role::Body && returning == Some(row);
        let mark = |&row: &Row| Mark {
            right_role: library.hot[row].role == question.role || returns(row),
            rerolled: rerolled.binary_search(&row).is_ok(),
        };
        let marks: Vec<Mark> = allowed.iter().map(mark).collect();
        let right = marks.iter().filter(|m| m.right_role && !m.rerolled).count();
        let widened = right < CANDIDATES;
        if !widened {
            filtered.role = count(&marks, |m| !m.right_role);
        }
        filtered.rerolled = count(&marks, |m| m.rerolled && (widened || m.right_role));
        Self { filtered, relaxed, allowed, marks, widened }
    }

    /// The steps that may be offered now.
    pub fn left(&self) -> Vec<Allowed> {
        let pairs = self.allowed.iter().zip(&self.marks);
        pairs
            .filter(|(_, mark)| !mark.rerolled && (self.widened || mark.right_role))
            .map(|(&row, mark)| Allowed { row, preferred: self.widened && mark.right_role })
            .collect()
    }

    /// Whether, once these are offered, every step that may be offered was.
    pub fn exhausted_after(&self, offered: impl Iterator<Item = Row>) -> bool {
        let mut offered: Vec<Row> = offered.collect();
        offered.sort_unstable();
        let mut open = self.allowed.iter().zip(&self.marks).filter(|(_, mark)| !mark.rerolled);
        !open.any(|(row, _)| offered.binary_search(row).is_err())
    }
}

fn count(marks: &[Mark], which: impl Fn(&Mark) -> bool) -> u32 {
    marks.iter().filter(|m| which(m)).count() as u32
}

/// The allowed steps that were re-rolled away, ascending. When that is all of them the offering starts over:
/// then only the last ones offered are still left out, as far as others remain.
fn rerolled_rows(library: &Library, question: &Question<'_>, allowed: &[Row]) -> Vec<Row> {
    let known = question.rerolled.iter().filter_map(|id| library.row(id));
    let by_age: Vec<Row> = known.filter(|row| allowed.binary_search(row).is_ok()).collect();
    let sorted = |rows: &[Row]| {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows.dedup();
        rows
    };
    let all = sorted(&by_age);
    if all.len() < allowed.len() {
        return all;
    }
    let last = sorted(&by_age[by_age.len().saturating_sub(CANDIDATES)..]);
    if last.len() < allowed.len() { last } else { Vec::new() }
}

/// The filters of one question.
struct Rules {
    neighbours: Vec<u32>,
    neighbour_rows: Vec<Row>,
    /// What the phrase shows already.
    phrase_rows: Vec<Row>,
    tempo_log2: f32,
}

impl Rules {
    fn of(library: &Library, question: &Question<'_>) -> Self {
        let ids = || question.previous.iter().map(|c| &c.step).chain(question.next.iter());
        Self {
            neighbours: ids().filter_map(|id| library.performance(&id.performance)).collect(),
            neighbour_rows: ids().filter_map(|id| library.row(id)).collect(),
            phrase_rows: phrase_rows(library, question.eight, question.history),
            tempo_log2: question.tempo_bpm.log2() as f32,
        }
    }

    /// The steps left when some rules are set aside, ascending, and the counts.
    fn apply(&self, library: &Library, relaxed: &[Relaxed]) -> (Vec<Row>, Filtered) {
        let most_stretch = if relaxed.contains(&Relaxed::Tempo) {
            self.least_stretch(library, relaxed) + TEMPO_MARGIN_LOG2
        } else {
            terms::MOST_STRETCH_LOG2
        };
        let mut filtered = Filtered { library: library.len() as u32, ..Filtered::default() };
        let mut allowed = Vec::new();
        for (row, hot) in library.hot.iter().enumerate() {
            let stretch = terms::stretch_log2(self.tempo_log2 - hot.tempo_log2);
            if hot.hidden {
                filtered.hidden += 1;
            } else if self.is_neighbour(row, hot.performance, relaxed) {
                filtered.same_performance += 1;
            } else if !relaxed.contains(&Relaxed::SamePhrase) && self.phrase_rows.contains(&row) {
                filtered.same_phrase += 1;
            } else if stretch > most_stretch || stretch.is_nan() {
                filtered.tempo += 1;
            } else if !relaxed.contains(&Relaxed::Quality) && hot.native_cut {
                filtered.native_cut += 1;
            } else if !relaxed.contains(&Relaxed::Quality) && !good(hot.quality) {
                filtered.quality += 1;
            } else {
                allowed.push(row);
            }
        }
        (allowed, filtered)
    }

    /// Of a neighbouring selection's performance; where that rule is relaxed, still not the very same step.
    fn is_neighbour(&self, row: Row, performance: u32, relaxed: &[Relaxed]) -> bool {
        if relaxed.contains(&Relaxed::SamePerformance) {
            self.neighbour_rows.contains(&row)
        } else {
            self.neighbours.contains(&performance)
        }
    }

    fn least_stretch(&self, library: &Library, relaxed: &[Relaxed]) -> f32 {
        let open = library.hot.iter().enumerate().filter(|(row, hot)| {
            let quality = relaxed.contains(&Relaxed::Quality) || (good(hot.quality) && !hot.native_cut);
            let phrase = relaxed.contains(&Relaxed::SamePhrase) || !self.phrase_rows.contains(row);
            !hot.hidden && quality && phrase && !self.is_neighbour(*row, hot.performance, relaxed)
        });
        open.map(|(_, hot)| terms::stretch_log2(self.tempo_log2 - hot.tempo_log2)).fold(f32::MAX, f32::min)
    }
}

/// Whether a step that was danced before may come back at an eight of this role and tempo: no filter is against it, and
/// at the ends it has the role.
pub fn may_come_back(library: &Library, row: Row, role: Role, tempo_bpm: f64) -> bool {
    let hot = &library.hot[row];
    let fits = terms::stretch_log2(tempo_bpm.log2() as f32 - hot.tempo_log2) <= terms::MOST_STRETCH_LOG2;
    fits && !hot.hidden && !hot.native_cut && good(hot.quality) && (role == Role::Body || hot.role == role)
}

/// The steps that other eights of an eight's phrase show.
pub fn phrase_rows(library: &Library, eight: u32, history: &[Chosen]) -> Vec<Row> {
    let together = |c: &&Chosen| c.eight != eight && phrase::together(c.eight, eight);
    history.iter().filter(together).filter_map(|c| library.row(&c.step)).collect()
}

fn good(quality: f32) -> bool {
    quality >= LEAST_QUALITY
}
