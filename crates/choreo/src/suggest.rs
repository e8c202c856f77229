//! Which steps suit an eight, and why.
//!
//! A [`Library`] is an index over the steps of all published performances. [`suggest`] answers one [`Question`]
//! about one eight in four passes:
//!
//! 1. filters (hidden, performance of a neighbouring selection, seen in this phrase, tempo, native cut, quality, role,
//!    re-rolled), each counted;
//! 2. a score for every step left: the weighted mean of the [`terms`] whose data exist;
//! 3. the best few hundred scored again with poses, which are too dear for the whole library;
//! 4. six of them by maximal marginal relevance, at most two of one performance.
//!
//! [`look_ahead`] orders an answer by what its candidates lead to; [`best_path`] plans a whole dance.
//!
//! Equal questions to equal libraries get equal answers; ties go to the smaller step id.

mod explain;
mod filter;
mod library;
mod path;
mod phrase;
mod ranks;
mod reasons;
mod score;
mod six;
pub mod terms;
mod weights;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub use explain::explain;
pub use library::Library;
pub use path::{Outlook, Path, Upcoming, best_path, greedy_path, look_ahead};
pub use weights::{Taste, WEIGHTS};

use eightcount_domain::{
    BEATS_PER_EIGHT, ClusterLabel, FeatureVector, Filtered, Flavour, Relaxed, Role, ScoreTerm, StepId,
};
use filter::Sieve;
use score::Scorer;

/// How many candidates an answer has at most.
pub const CANDIDATES: usize = 6;
/// How many of them may come from one performance.
pub const PER_PERFORMANCE: usize = 2;

/// A selection made for an eight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Which eight of the section, from 0.
    pub eight: u32,
    /// What that eight sounds like.
    pub cluster: ClusterLabel,
    /// The step.
    pub step: StepId,
    /// Shown left to right reversed.
    pub mirrored: bool,
}

/// What is asked about one eight.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Which eight of the section, from 0.
    pub eight: u32,
    /// What it is for: the first of a section is its intro, the last its outro.
    pub role: Role,
    /// Its mean tempo in beats per minute.
    pub tempo_bpm: f64,
    /// Loudness of its beats, dB relative to full scale.
    pub amplitude: [f32; BEATS_PER_EIGHT],
    /// How loud it is among the eights of its section, 0 to 1, from [`terms::intensities`].
    pub intensity: f32,
    /// Which eights it sounds like.
    pub cluster: ClusterLabel,
    /// Its music, made by the algorithm that made the steps' vectors.
    pub features: &'a FeatureVector,
    /// The selection of the eight before it.
    pub previous: Option<Chosen>,
    /// The step of the eight after it, when an earlier eight is changed.
    pub next: Option<StepId>,
    /// The selections of the choreography so far, in any order. One for this very eight is ignored.
    pub history: &'a [Chosen],
    /// The steps that were offered for this eight and re-rolled away, oldest first.
    pub rerolled: &'a [StepId],
}

/// What puts a candidate before others of a higher score, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The step of the eight's nearest counterpart, as it was shown: a phrase comes back as it was danced.
    Returns,
    /// Its mirror image, where the phrase answers.
    Answers,
    /// Of the eight's own role, where others had to be offered too.
    Preferred,
    /// The score decides.
    #[default]
    Usual,
}

/// A candidate, before there is a take of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The step.
    pub step: StepId,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// What puts it before others of a higher score.
    pub standing: Standing,
    /// Sum of value times weight over the terms, 0 to 1.
    pub score: f32,
    /// The terms whose data exist, in the order of [`WEIGHTS`]; their weights add up to 1.
    pub terms: Vec<ScoreTerm>,
    /// Why it is offered, up to two short sentences in English; a third where a rule was relaxed.
    pub reasons_en: Vec<String>,
    /// The same in Korean.
    pub reasons_ko: Vec<String>,
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// In order of [`Standing`], then best first. Six, unless the library has fewer that may be offered.
    pub candidates: Vec<Scored>,
    /// How many steps each filter left out; a relaxed filter counts only what it still leaves out.
    pub filtered: Filtered,
    /// Every step that may be offered has now been offered. The next re-roll starts over.
    pub exhausted: bool,
    /// Rules that were set aside because they left nothing at all.
    pub relaxed: Vec<Relaxed>,
}

/// Answers a question from a library. Never fails: an empty library, or one with only hidden steps, gives an
/// empty and exhausted answer.
pub fn suggest(library: &Library, question: &Question<'_>) -> Answer {
    suggest_for(library, question, Flavour::Balanced.into())
}

/// Answers a question for a user's taste.
pub fn suggest_for(library: &Library, question: &Question<'_>, taste: Taste) -> Answer {
    let sieve = Sieve::of(library, question);
    let scorer = Scorer::new(library, question, taste);
    let chosen = six::choose(library, &scorer, &sieve.left(), taste);
    answer(library, question, taste, sieve, &chosen)
}

/// What [`suggest_for`] would say of one step, shown one way round: for a step that was found in another way. Without
/// candidates when the library does not have it.
pub fn judge(library: &Library, question: &Question<'_>, taste: Taste, shown: (&StepId, bool)) -> Answer {
    let entries = library.row(shown.0).map(|row| Scorer::new(library, question, taste).either_way(row));
    let wanted = |entry: &score::Entry| entry.mirrored == shown.1;
    let found: Vec<_> = entries.into_iter().flatten().filter(wanted).collect();
    answer(library, question, taste, Sieve::of(library, question), &found)
}

/// Every step that may be offered for an eight, best first, with its score: what an answer is chosen from, to measure
/// it. Dear: each step is scored with all that is known of it.
pub fn ranking(library: &Library, question: &Question<'_>, taste: Taste) -> Vec<(StepId, f32)> {
    let scorer = Scorer::new(library, question, taste);
    let left = Sieve::of(library, question).left();
    let mut ranked: Vec<_> = left
        .iter()
        .filter_map(|a| {
            scorer.full(a.row, a.preferred).into_iter().flatten().max_by(|a, b| a.score.total_cmp(&b.score))
        })
        .map(|entry| (entry.row, entry.score))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.into_iter().map(|(row, score)| (library.id(row), score)).collect()
}

fn answer(
    library: &Library,
    question: &Question<'_>,
    taste: Taste,
    sieve: Sieve,
    chosen: &[score::Entry],
) -> Answer {
    let exhausted = sieve.exhausted_after(chosen.iter().map(|entry| entry.row));
    let scored = |entry: &score::Entry| {
        let why = reasons::Circumstances {
            mirrored: entry.mirrored,
            follows: question.previous.is_some(),
            relaxed: &sieve.relaxed,
        };
        let terms = entry.values.terms(&taste);
        let (reasons_en, reasons_ko) = reasons::sentences(&terms, &why);
        let (step, mirrored) = (library.id(entry.row), entry.mirrored);
        Scored { step, mirrored, standing: entry.standing, score: entry.score, terms, reasons_en, reasons_ko }
    };
    let candidates = chosen.iter().map(scored).collect();
    Answer { candidates, filtered: sieve.filtered, exhausted, relaxed: sieve.relaxed }
}
