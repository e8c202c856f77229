//! A choreography's state: plain data and pure changes, tested without Temporal.
//!
//! Messages change it ([`select`](State::select), [`reroll`](State::reroll), …); what is to be done next is
//! derived from it ([`next_suggestion`](State::next_suggestion), [`next_take`](State::next_take),
//! [`next_whole`](State::next_whole), …); results are applied to it, and a result that came too late is dropped.
//! Invariant: the eights before the first one without a selection all have one.

mod auto;
mod carried;
mod cross_edits;
mod guessing;
mod selecting;
mod takes;
mod unselecting;
mod view;

#[cfg(test)]
mod tests;

pub use carried::Carried;
pub(crate) use takes::TakeWork;

use crate::contract::{ChoreographyInput, Clustered, CrossEdited, Heard, HeardSection, Preprocessed};
use eightcount_domain::{
    BlobHash, ChoreographyId, ChoreographyOptions, ChoreographyStatus, ClusterLabel, Eight, FailureCode,
    FrameGrid, PlanScore, RenderProfile, Role, Section, SongId, StageName, StepId, SuggestionId, TakeKey,
    Transition,
};
use std::collections::BTreeMap;

/// Everything a choreography knows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    id: ChoreographyId,
    song: SongId,
    owner: String,
    options: ChoreographyOptions,
    status: ChoreographyStatus,
    failure: Option<FailureCode>,
    section: Section,
    eights: Vec<EightWork>,
    /// Blob of the hearing that the eights come from.
    hearing: Option<BlobHash>,
    /// Blob of the analysed section.
    analysed: Option<BlobHash>,
    /// Blob of the section's sound.
    sound: Option<BlobHash>,
    revision: u32,
    version: u64,
    messages: u64,
    next_serial: u32,
    /// Under which serial the rest is to be chosen automatically; none while that is not wished.
    auto_asked: Option<u32>,
    plan: Option<PlanScore>,
    /// The eight that other candidates were asked for last, until it is selected.
    rerolled: Option<usize>,
    /// What is known ahead of the next selection.
    guess: Option<guessing::Guess>,
    stages: BTreeMap<StageName, StageWork>,
    refused_signal: Option<FailureCode>,
    finish_wanted: bool,
    cancel_wanted: bool,
}

/// One eight and what was offered and selected for it.
#[derive(Clone, Debug, PartialEq)]
struct EightWork {
    eight: Eight,
    heard: Option<Heard>,
    cluster: Option<ClusterLabel>,
    suggestion: Option<SuggestionId>,
    /// The question that is to be answered; none while nothing is asked.
    asked: Option<u32>,
    offers: Vec<Offered>,
    /// The selection before this eight when the offers' takes were planned.
    offered_after: Option<Shown>,
    rerolled: Vec<StepId>,
    exhausted: bool,
    previewed: bool,
    selection: Option<SelectionWork>,
}

/// A step that may be selected.
#[derive(Clone, Debug, PartialEq)]
struct Offered {
    step: StepId,
    mirrored: bool,
    /// The take after the selection it was offered for; unknown in a continued run.
    take: Option<TakeKey>,
    /// Whether that take has been rendered as a preview: then nobody needs to ask for it any more.
    rendered: bool,
}

/// What is on screen in an eight: the step, and whether it is mirrored.
type Shown = (StepId, bool);

#[derive(Clone, Debug, PartialEq)]
struct SelectionWork {
    step: StepId,
    mirrored: bool,
    /// None: as the options say.
    transition: Option<Transition>,
    take: Option<TakeKey>,
    rendered: bool,
    in_flight: bool,
}

impl SelectionWork {
    fn shown(&self) -> Shown {
        (self.step.clone(), self.mirrored)
    }
}

/// The versions of a stage.
#[derive(Clone, Debug, Default, PartialEq)]
struct StageWork {
    revision: u32,
    takes: Vec<TakeKey>,
    made: Option<CrossEdited>,
}

impl State {
    /// A choreography that is about to begin, or to go on in a new run.
    pub(crate) fn new(input: ChoreographyInput) -> Self {
        let mut state = Self {
            id: input.id,
            song: input.song,
            owner: input.owner,
            options: input.options,
            status: ChoreographyStatus::Preprocessing,
            failure: None,
            section: input.section,
            eights: Vec::new(),
            hearing: None,
            analysed: None,
            sound: None,
            revision: 0,
            version: 0,
            messages: 0,
            next_serial: 0,
            auto_asked: None,
            plan: None,
            rerolled: None,
            guess: None,
            stages: BTreeMap::new(),
            refused_signal: None,
            finish_wanted: false,
            cancel_wanted: false,
        };
        if let Some(carried) = input.carried {
            carried.restore(&mut state);
        }
        state
    }

    /// The input of the run that continues this one.
    pub(crate) fn next_run(&self) -> ChoreographyInput {
        ChoreographyInput {
            id: self.id.clone(),
            song: self.song.clone(),
            section: self.section,
            options: self.options,
            owner: self.owner.clone(),
            carried: self.carry().map(Box::new),
        }
    }

    /// Applies the eights that preprocessing found.
    pub(crate) fn apply_preprocessed(&mut self, preprocessed: &Preprocessed) {
        self.eights = preprocessed.eights.iter().copied().map(EightWork::new).collect();
        self.hearing = Some(preprocessed.hearing.clone());
        self.section = Section::covering(&preprocessed.eights).unwrap_or(self.section);
        self.status = ChoreographyStatus::Analysing;
        self.touch();
    }

    /// Applies amplitude and clusters, and opens the first eight.
    pub(crate) fn apply_analysed(&mut self, heard: &HeardSection, clustered: &Clustered) {
        for (work, heard) in self.eights.iter_mut().zip(&heard.eights) {
            work.heard = Some(*heard);
        }
        for (work, label) in self.eights.iter_mut().zip(&clustered.labels) {
            work.cluster = Some(*label);
        }
        self.analysed = Some(clustered.section.clone());
        self.status = ChoreographyStatus::Selecting;
        self.ask_if_open(0);
        self.touch();
    }

    /// Ends the choreography. A closed one stays as it was closed.
    pub(crate) fn close(&mut self, status: ChoreographyStatus, failure: Option<FailureCode>) {
        if !self.status.is_closed() {
            self.status = status;
            self.failure = failure;
            self.touch();
        }
    }

    /// The user wants to stop now.
    pub(crate) fn want_cancel(&mut self) {
        self.cancel_wanted = true;
        self.messages += 1;
    }

    pub(crate) fn cancel_wanted(&self) -> bool {
        self.cancel_wanted
    }

    /// Seconds without messages after which the choreography finishes itself.
    pub(crate) fn idle_seconds(&self) -> u64 {
        self.options.idle_seconds.max(1)
    }

    /// Counts messages, so that a timer can tell whether any came.
    pub(crate) fn messages(&self) -> u64 {
        self.messages
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn status(&self) -> ChoreographyStatus {
        self.status
    }

    pub(crate) fn is_preprocessed(&self) -> bool {
        !self.eights.is_empty()
    }

    pub(crate) fn hearing(&self) -> Option<&BlobHash> {
        self.hearing.as_ref()
    }

    pub(crate) fn is_analysed(&self) -> bool {
        self.analysed.is_some()
    }

    pub(crate) fn song(&self) -> &SongId {
        &self.song
    }

    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    pub(crate) fn options(&self) -> &ChoreographyOptions {
        &self.options
    }

    pub(crate) fn section(&self) -> Section {
        self.section
    }

    pub(crate) fn eights(&self) -> Vec<Eight> {
        self.eights.iter().map(|work| work.eight).collect()
    }

    /// How takes are rendered.
    pub(crate) fn profile(&self) -> RenderProfile {
        self.options.profile()
    }

    fn frame_grid(&self) -> FrameGrid {
        FrameGrid::of(&self.eights(), self.options.fps)
    }

    fn section_start(&self) -> f64 {
        self.eights.first().map_or(0.0, |work| work.eight.start())
    }

    fn role(&self, k: usize) -> Role {
        Role::at(k, self.eights.len())
    }

    fn selected(&self) -> usize {
        self.eights.iter().filter(|work| work.selection.is_some()).count()
    }

    /// The first eight without a selection.
    fn open(&self) -> Option<usize> {
        self.eights.iter().position(|work| work.selection.is_none())
    }

    fn shown_before(&self, k: usize) -> Option<Shown> {
        let before = k.checked_sub(1)?;
        self.eights.get(before)?.selection.as_ref().map(SelectionWork::shown)
    }

    fn touch(&mut self) {
        self.version += 1;
    }
}

impl EightWork {
    fn new(eight: Eight) -> Self {
        Self {
            eight,
            heard: None,
            cluster: None,
            suggestion: None,
            asked: None,
            offers: Vec::new(),
            offered_after: None,
            rerolled: Vec::new(),
            exhausted: false,
            previewed: false,
            selection: None,
        }
    }
}
