//! The score of one step for one question.

use super::library::{Library, Probe, Row};
use super::terms::{self, Cut, Return, Stand};
use super::weights::{Taste, Values};
use super::{Chosen, Question, Standing, phrase};
use eightcount_domain::BEATS_PER_EIGHT;

/// A mirror image must connect this much better than the original to be offered in its place: it turns
/// lettering and watches round, so it has to be worth it.
const MIRROR_MARGIN: f32 = 0.03;

/// The value of a connection of which nothing is known: that of two steps taken at random.
const NO_OPINION: f32 = 0.5;

/// A step that could be offered, one way round.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub row: Row,
    pub mirrored: bool,
    pub score: f32,
    pub values: Values,
    pub standing: Standing,
}

/// How the steps of the choreography so far were used.
struct Use {
    row: Row,
    eight: u32,
    mirrored: bool,
    /// For a counterpart of the eight.
    counterpart: bool,
}

/// Scores steps for one question.
pub struct Scorer<'a> {
    library: &'a Library,
    taste: Taste,
    eight: u32,
    probe: Option<Probe>,
    loudness: [f32; BEATS_PER_EIGHT],
    tempo_log2: f32,
    before: Option<Cut<'a>>,
    after: Option<Cut<'a>>,
    before_stand: Option<Stand>,
    after_stand: Option<Stand>,
    /// Ascending by row.
    uses: Vec<Use>,
    intensity: f32,
    counterpart_was_danced: bool,
    /// Distance in eights to the nearest use of each performance.
    performance_use: Vec<Option<u32>>,
    /// The step that the eight's nearest counterpart shows.
    returning: Option<Row>,
}

impl<'a> Scorer<'a> {
    pub fn new(library: &'a Library, question: &Question<'_>, taste: Taste) -> Self {
        let others = || question.history.iter().filter(|c| c.eight != question.eight);
        let mut performance_use: Vec<Option<u32>> = vec![None; library.performances()];
        for chosen in others() {
            if let Some(p) = library.performance(&chosen.step.performance) {
                let distance = chosen.eight.abs_diff(question.eight);
                let nearest = &mut performance_use[p as usize];
                *nearest = Some(nearest.map_or(distance, |d| d.min(distance)));
            }
        }
        let found = |c: &Chosen| library.row(&c.step).map(|row| (row, c.mirrored));
        let counterparts = phrase::counterparts(question.history, question.eight, question.cluster);
        let mut uses: Vec<Use> = others()
            .filter_map(|c| {
                let counterpart = counterparts.iter().any(|other| other.eight == c.eight);
                Some(Use { row: library.row(&c.step)?, eight: c.eight, mirrored: c.mirrored, counterpart })
            })
            .collect();
        uses.sort_by_key(|u| (u.row, u.eight.abs_diff(question.eight), u.eight));
        let next = question.next.as_ref().and_then(|id| {
            let chosen = |c: &&Chosen| c.step == *id && c.eight == question.eight + 1;
            Some((library.row(id)?, others().find(chosen).is_some_and(|c| c.mirrored)))
        });
        let before = question.previous.as_ref().and_then(found).map(|(row, m)| library.end_cut(row, m));
        let after = next.map(|(row, m)| library.start_cut(row, m));
        let stand = |cut: &Cut<'_>| Some(Stand::of(&cut.place?)?.seen(cut.mirrored));
        Self {
            library,
            taste,
            eight: question.eight,
            probe: library.probe(&question.features.0),
            loudness: terms::shape(&question.amplitude),
            tempo_log2: question.tempo_bpm.log2() as f32,
            before_stand: before.as_ref().and_then(stand),
            after_stand: after.as_ref().and_then(stand),
            before,
            after,
            uses,
            intensity: question.intensity,
            counterpart_was_danced: !counterparts.is_empty(),
            returning: phrase::nearest(&counterparts, question.eight).and_then(|c| library.row(&c.step)),
            performance_use,
        }
    }

    /// Scores a step roughly, for the search through the whole library: by boxes without poses, the better way
    /// round, mirror images of repeated steps aside. None when it cannot reach `least`, which saves most
    /// steps the dearest part, their music.
    pub fn quick(&self, row: Row, least: f32) -> Option<f32> {
        let [similarity, energy, contour, connection, tempo, repeat, novelty] = self.taste.weights();
        let hot = &self.library.hot[row];
        let course = terms::dot8(&self.loudness, &self.library.shapes[row]);
        let stretch = terms::stretch_log2(self.tempo_log2 - hot.tempo_log2);
        let mut sum = energy * terms::as_value(course)
            + tempo * terms::tempo_value(stretch)
            + novelty * self.novelty(row, hot.performance);
        let mut total = energy + tempo + novelty;
        if let Some(value) = self.contour(row) {
            sum += contour * value;
            total += contour;
        }
        if let Some(value) = self.quick_connection(row) {
            sum += connection * value;
            total += connection;
        }
        if self.counterpart_was_danced {
            let returns = |mirrored| terms::repeat(self.returns(row, mirrored));
            let mirror = if hot.on_screen_text { 0.0 } else { returns(true) };
            sum += repeat * returns(false).max(mirror);
            total += repeat;
        }
        if (sum + similarity) / (total + similarity) < least {
            return None;
        }
        if let Some(cosine) = self.probe.as_ref().and_then(|p| self.library.cosine(p, row)) {
            sum += similarity * terms::as_value(cosine);
            total += similarity;
        }
        Some(sum / total)
    }

    fn quick_connection(&self, row: Row) -> Option<f32> {
        let cuts = self.before.is_some() || self.after.is_some();
        self.known_quick_connection(row).or_else(|| cuts.then_some(NO_OPINION))
    }

    fn known_quick_connection(&self, row: Row) -> Option<f32> {
        let before = self.before_stand.zip(self.library.hot[row].start);
        let after = self.after_stand.and_then(|after| Some((after, self.library.ends[row]?)));
        if before.is_none() && after.is_none() {
            return None;
        }
        let way = |mirrored| {
            let value = |(there, here): (Stand, Stand)| there.value(&here.seen(mirrored));
            mean(before.map(value), after.map(value)).map(terms::unsure)
        };
        if self.library.hot[row].on_screen_text {
            return way(false);
        }
        way(false).zip(way(true)).map(|(plain, mirror)| plain.max(mirror))
    }

    /// Scores a step with all that is known of it: one entry, or two where both ways round are worth offering.
    pub fn full(&self, row: Row, preferred: bool) -> [Option<Entry>; 2] {
        let values = self.common(row);
        if self.library.hot[row].on_screen_text {
            return [Some(self.entry(row, preferred, values, false, self.connect(row, false))), None];
        }
        let one = self.better_way(row, preferred, values, |mirrored| self.connect(row, mirrored));
        let again = |mirrored| self.returns(row, mirrored);
        let other = (again(!one.mirrored) == Return::Mirror { answers: true }
            || again(!one.mirrored) == Return::Same)
            .then(|| self.entry(row, preferred, values, !one.mirrored, self.connect(row, !one.mirrored)));
        [Some(one), other]
    }

    /// Scores a step as it is and as its mirror image, whether or not that is worth offering.
    pub fn either_way(&self, row: Row) -> [Entry; 2] {
        let values = self.common(row);
        [false, true].map(|mirrored| self.entry(row, false, values, mirrored, self.connect(row, mirrored)))
    }

    fn better_way(
        &self,
        row: Row,
        preferred: bool,
        values: Values,
        connect: impl Fn(bool) -> Option<f32>,
    ) -> Entry {
        let plain = self.entry(row, preferred, values, false, connect(false));
        let mirror = self.entry(row, preferred, values, true, connect(true));
        if mirror.score > plain.score + MIRROR_MARGIN { mirror } else { plain }
    }

    fn entry(
        &self,
        row: Row,
        preferred: bool,
        mut values: Values,
        mirrored: bool,
        connection: Option<f32>,
    ) -> Entry {
        let returns = self.returns(row, mirrored);
        values.0[3] = connection;
        values.0[5] = self.counterpart_was_danced.then(|| terms::repeat(returns));
        let standing = match returns {
            Return::Same if self.returning == Some(row) => Standing::Returns,
            Return::Mirror { answers: true } if self.returning == Some(row) => Standing::Answers,
            _ if preferred => Standing::Preferred,
            _ => Standing::Usual,
        };
        Entry { row, mirrored, score: values.score(&self.taste), values, standing }
    }

    /// The step that comes back here, whatever its score.
    pub fn returning(&self) -> Option<Row> {
        self.returning
    }

    /// The terms that are the same both ways round.
    fn common(&self, row: Row) -> Values {
        let hot = &self.library.hot[row];
        let cosine = self.probe.as_ref().and_then(|p| self.library.cosine(p, row));
        let course = terms::dot8(&self.loudness, &self.library.shapes[row]);
        Values([
            cosine.map(terms::as_value),
            Some(terms::as_value(course)),
            self.contour(row),
            None,
            Some(terms::tempo_value(terms::stretch_log2(self.tempo_log2 - hot.tempo_log2))),
            None,
            Some(self.novelty(row, hot.performance)),
        ])
    }

    fn contour(&self, row: Row) -> Option<f32> {
        terms::contour(self.intensity, self.library.vigour(row)?)
    }

    fn novelty(&self, row: Row, performance: u32) -> f32 {
        let Some(performance_use) = self.performance_use[performance as usize] else { return 1.0 };
        let uses = || self.uses_of(row).iter();
        if uses().any(|u| u.counterpart) {
            return 1.0;
        }
        terms::novelty(uses().map(|u| u.eight.abs_diff(self.eight)).min(), Some(performance_use))
    }

    fn returns(&self, row: Row, mirrored: bool) -> Return {
        let performance = self.library.hot[row].performance;
        if self.performance_use[performance as usize].is_none() {
            return Return::Other;
        }
        // Nearest first: the last time counts.
        match self.uses_of(row).iter().find(|u| u.counterpart) {
            None => Return::Other,
            Some(earlier) if earlier.mirrored == mirrored => Return::Same,
            Some(earlier) => Return::Mirror { answers: phrase::answers(earlier.eight, self.eight) },
        }
    }

    fn uses_of(&self, row: Row) -> &[Use] {
        let start = self.uses.partition_point(|u| u.row < row);
        let end = self.uses.partition_point(|u| u.row <= row);
        &self.uses[start..end]
    }

    /// Mean of the connections at both ends, as far as they are known; [`NO_OPINION`] where there is a cut of which
    /// nothing is: a step must not gain by having been seen badly.
    fn connect(&self, row: Row, mirrored: bool) -> Option<f32> {
        let cuts = self.before.is_some() || self.after.is_some();
        self.known_connection(row, mirrored).or_else(|| cuts.then_some(NO_OPINION))
    }

    fn known_connection(&self, row: Row, mirrored: bool) -> Option<f32> {
        let start = || self.library.start_cut(row, mirrored);
        let end = || self.library.end_cut(row, mirrored);
        let before = self.before.as_ref().and_then(|before| terms::connection(before, &start()));
        let after = self.after.as_ref().and_then(|after| terms::connection(&end(), after));
        mean(before, after)
    }
}

/// The mean of what exists.
fn mean(a: Option<f32>, b: Option<f32>) -> Option<f32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(f32::midpoint(a, b)),
        (one, other) => one.or(other),
    }
}
