//! What a run hands to the next one when its history has grown long.
//!
//! Offers are written compactly: 128 eights with their offers stay under the payload limit because each
//! performance's id is written once and takes are planned anew when they are selected.

use super::{EightWork, Offered, SelectionWork, StageWork, State};
use crate::contract::{CrossEdited, Heard};
use eightcount_domain::{
    BlobHash, ChoreographyStatus, ClusterLabel, Eight, PerformanceId, PlanScore, Section, StageName, StepId,
    SuggestionId, TakeKey, Transition,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A quiet choreography, to be continued. Everything selected is rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    status: ChoreographyStatus,
    section: Section,
    hearing: BlobHash,
    analysed: BlobHash,
    sound: Option<BlobHash>,
    revision: u32,
    version: u64,
    next_serial: u32,
    #[serde(default)]
    plan: Option<PlanScore>,
    performances: Vec<PerformanceId>,
    eights: Vec<CarriedEight>,
    stages: Vec<(StageName, u32, CrossEdited)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct CarriedEight {
    eight: Eight,
    heard: Option<Heard>,
    cluster: Option<ClusterLabel>,
    serial: Option<u32>,
    offers: Vec<CarriedStep>,
    rerolled: Vec<CarriedStep>,
    exhausted: bool,
    selection: Option<(CarriedStep, Option<TakeKey>, Option<Transition>)>,
}

/// Index into the performances, index of the step there, mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct CarriedStep(u32, u32, bool);

impl State {
    /// What the next run needs; none unless the state is quiet.
    pub(crate) fn carry(&self) -> Option<Carried> {
        let analysed = self.analysed.clone().filter(|_| self.is_quiet())?;
        let mut names = Names::default();
        let eights = self.eights.iter().map(|work| names.carry(work)).collect();
        let stages = self.stages.iter();
        let stages =
            stages.filter_map(|(stage, work)| Some((*stage, work.revision, work.made.clone()?))).collect();
        Some(Carried {
            status: self.status,
            section: self.section,
            hearing: self.hearing.clone()?,
            analysed,
            sound: self.sound.clone(),
            revision: self.revision,
            version: self.version,
            next_serial: self.next_serial,
            plan: self.plan,
            performances: names.performances,
            eights,
            stages,
        })
    }
}

impl Carried {
    pub(super) fn restore(self, state: &mut State) {
        state.status = self.status;
        state.section = self.section;
        state.hearing = Some(self.hearing);
        state.analysed = Some(self.analysed);
        state.sound = self.sound;
        state.revision = self.revision;
        state.version = self.version;
        state.next_serial = self.next_serial;
        state.plan = self.plan;
        let names = Names { performances: self.performances };
        for (k, carried) in self.eights.into_iter().enumerate() {
            let serial = carried.serial;
            let mut work = names.restore(&carried);
            work.suggestion =
                serial.map(|serial| SuggestionId { choreography: state.id.clone(), eight: k as u32, serial });
            state.eights.push(work);
        }
        state.stages = self
            .stages
            .into_iter()
            .map(|(stage, revision, made)| {
                let takes = state.eights[..stage.covers(state.eights.len())].iter();
                let takes = takes.filter_map(|e| e.selection.as_ref()?.take.clone()).collect();
                (stage, StageWork { revision, takes, made: Some(made) })
            })
            .collect::<BTreeMap<_, _>>();
    }
}

/// The performances of the carried steps, each once.
#[derive(Default)]
struct Names {
    performances: Vec<PerformanceId>,
}

impl Names {
    fn carry(&mut self, work: &EightWork) -> CarriedEight {
        let selection = work.selection.as_ref();
        CarriedEight {
            eight: work.eight,
            heard: work.heard,
            cluster: work.cluster,
            serial: work.suggestion.as_ref().map(|s| s.serial),
            offers: work.offers.iter().map(|o| self.step(&o.step, o.mirrored)).collect(),
            rerolled: work.rerolled.iter().map(|step| self.step(step, false)).collect(),
            exhausted: work.exhausted,
            selection: selection.map(|s| (self.step(&s.step, s.mirrored), s.take.clone(), s.transition)),
        }
    }

    fn step(&mut self, step: &StepId, mirrored: bool) -> CarriedStep {
        let known = self.performances.iter().position(|p| *p == step.performance);
        let place = known.unwrap_or_else(|| {
            self.performances.push(step.performance.clone());
            self.performances.len() - 1
        });
        CarriedStep(place as u32, step.index, mirrored)
    }

    fn restore(&self, carried: &CarriedEight) -> EightWork {
        let mut work = EightWork::new(carried.eight);
        work.heard = carried.heard;
        work.cluster = carried.cluster;
        work.exhausted = carried.exhausted;
        work.previewed = true;
        work.rerolled = carried.rerolled.iter().filter_map(|s| self.named(*s)).collect();
        work.selection = carried.selection.clone().and_then(|(step, take, transition)| {
            let rendered = take.is_some();
            Some(SelectionWork {
                step: self.named(step)?,
                mirrored: step.2,
                transition,
                take,
                rendered,
                in_flight: false,
            })
        });
        let offered = |step: &CarriedStep| {
            Some(Offered { step: self.named(*step)?, mirrored: step.2, take: None, rendered: false })
        };
        work.offers = carried.offers.iter().filter_map(offered).collect();
        work
    }

    fn named(&self, CarriedStep(place, index, _): CarriedStep) -> Option<StepId> {
        Some(StepId { performance: self.performances.get(place as usize)?.clone(), index })
    }
}
