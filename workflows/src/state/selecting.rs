//! Suggestions and selections.

use super::{EightWork, Offered, SelectionWork, State};
use crate::contract::{Chosen, Offer, Receipt, Reroll, SelectStep, Sound, SuggestInput, Suggested};
use eightcount_domain::{ChoreographyStatus, ClusterLabel, FailureCode, PerformanceId, StepId, SuggestionId};

/// What an allowed selection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// It changes the choreography.
    Change,
    /// The same step is entered in another way: nothing else changes.
    Transition,
    /// The eight has this selection already.
    Nothing,
}

impl State {
    /// May this selection be made? Repeating the present one may always.
    pub(crate) fn check_select(&self, wish: &SelectStep) -> Result<Accepted, FailureCode> {
        self.check_changeable()?;
        let k = wish.eight as usize;
        let work = self.eights.get(k).ok_or(FailureCode::UnknownEight)?;
        let selected = work.selection.as_ref().filter(|s| wish.names(&s.step, s.mirrored));
        if selected.is_some_and(|s| wish.transition.is_none() || wish.transition == s.transition) {
            return Ok(Accepted::Nothing);
        }
        if self.open().is_some_and(|open| k > open) {
            return Err(FailureCode::EightNotOpen);
        }
        if wish.revision != self.revision {
            return Err(FailureCode::StaleRevision);
        }
        if selected.is_some() {
            return Ok(Accepted::Transition);
        }
        if work.wished(wish).is_none() {
            return Err(FailureCode::StepNotOffered);
        }
        match self.shown_before(k) {
            Some((before, _)) if before.performance == wish.step.performance => {
                Err(FailureCode::SamePerformance)
            }
            _ => Ok(Accepted::Change),
        }
    }

    /// Makes a selection. Later selections stay, except the next one when it would no longer cut.
    pub(crate) fn select(&mut self, wish: &SelectStep) -> Result<Receipt, FailureCode> {
        self.messages += 1;
        let k = wish.eight as usize;
        match self.check_select(wish)? {
            Accepted::Nothing => return Ok(self.receipt()),
            Accepted::Transition => {
                if let Some(selection) = self.eights[k].selection.as_mut() {
                    selection.transition = wish.transition;
                }
                self.forget_take(k);
            }
            Accepted::Change => self.select_offered(k, wish)?,
        }
        self.revision += 1;
        self.refused_signal = None;
        self.status =
            if self.open().is_none() { ChoreographyStatus::Complete } else { ChoreographyStatus::Selecting };
        self.touch();
        Ok(self.receipt())
    }

    fn select_offered(&mut self, k: usize, wish: &SelectStep) -> Result<(), FailureCode> {
        let before = self.shown_before(k);
        let usual = self.options.transition;
        let work = &mut self.eights[k];
        let Some(offer) = work.wished(wish) else { return Err(FailureCode::StepNotOffered) };
        // Offers are planned with the usual transition; the first eight has none at all.
        let as_offered =
            work.offered_after == before && (k == 0 || wish.transition.is_none_or(|wished| wished == usual));
        work.selection = Some(SelectionWork {
            step: offer.step,
            mirrored: offer.mirrored,
            transition: wish.transition,
            rendered: as_offered && offer.rendered,
            take: offer.take.filter(|_| as_offered),
            in_flight: false,
        });
        work.asked = None;
        self.rerolled = self.rerolled.filter(|rerolled| *rerolled != k);
        self.follow_change(k + 1, &wish.step.performance);
        self.ask_where_open();
        self.take_up_guess(k + 1);
        Ok(())
    }

    /// The same, fire and forget: a refusal is shown in the state.
    pub(crate) fn select_by_signal(&mut self, wish: &SelectStep) {
        if let Err(code) = self.select(wish) {
            self.refused_signal = Some(code);
            self.touch();
        }
    }

    /// May other candidates be asked for?
    pub(crate) fn check_reroll(&self, wish: &Reroll) -> Result<(), FailureCode> {
        self.check_changeable()?;
        let k = wish.eight as usize;
        if k >= self.eights.len() {
            return Err(FailureCode::UnknownEight);
        }
        if self.open().is_some_and(|open| k > open) {
            return Err(FailureCode::EightNotOpen);
        }
        if wish.revision != self.revision {
            return Err(FailureCode::StaleRevision);
        }
        Ok(())
    }

    /// Asks for candidates that were not offered yet; when all were, it starts over.
    pub(crate) fn reroll(&mut self, wish: &Reroll) -> Result<Receipt, FailureCode> {
        self.messages += 1;
        self.check_reroll(wish)?;
        let work = &mut self.eights[wish.eight as usize];
        if work.exhausted {
            work.rerolled.clear();
        }
        // Where it starts over, what was refused a moment ago still comes last.
        work.rerolled.extend(work.offers.iter().map(|offer| offer.step.clone()));
        self.ask(wish.eight as usize);
        self.rerolled = Some(wish.eight as usize);
        self.revision += 1;
        self.touch();
        Ok(self.receipt())
    }

    /// May the choreography be finished?
    pub(crate) fn check_finish(&self) -> Result<(), FailureCode> {
        if self.status.is_closed() {
            return Err(FailureCode::ChoreographyFinished);
        }
        if self.status == ChoreographyStatus::Complete {
            Ok(())
        } else {
            Err(FailureCode::ChoreographyIncomplete)
        }
    }

    /// Finishes as soon as the product is ready.
    pub(crate) fn finish(&mut self) -> Receipt {
        self.messages += 1;
        self.finish_wanted = true;
        self.touch();
        self.receipt()
    }

    /// The question to ask next, if any.
    pub(crate) fn next_suggestion(&self) -> Option<SuggestInput> {
        let (k, work) = self.eights.iter().enumerate().find(|(_, work)| work.asked.is_some())?;
        Some(SuggestInput {
            id: SuggestionId { choreography: self.id.clone(), eight: k as u32, serial: work.asked? },
            song: self.song.clone(),
            hearing: self.hearing.clone()?,
            section: self.analysed.clone()?,
            eight: k as u32,
            sounds: self.sounds()?,
            chosen: self.chosen_except(k),
            rerolled: work.rerolled.clone(),
            flavour: self.options.flavour,
            profile: self.profile(),
        })
    }

    /// Every eight as suggestion hears it; none before the analysis.
    pub(super) fn sounds(&self) -> Option<Vec<Sound>> {
        let sound = |work: &EightWork| Some(Sound { rms_dbfs: work.heard?.rms_dbfs, cluster: work.cluster? });
        self.eights.iter().map(sound).collect()
    }

    /// Applies an answer, unless the question changed meanwhile.
    pub(crate) fn apply_suggested(&mut self, asked: &SuggestInput, answer: &Suggested) {
        let before = self.shown_before(asked.eight as usize);
        let Some(work) = self.eights.get_mut(asked.eight as usize) else { return };
        if work.asked != Some(asked.id.serial) {
            return;
        }
        work.asked = None;
        work.suggestion = Some(answer.id.clone());
        work.offers = answer.offers.iter().map(Offered::from).collect();
        work.offered_after = before;
        work.exhausted = answer.exhausted;
        work.previewed = false;
        self.touch();
    }

    /// Is this still the newest question for its eight?
    pub(crate) fn is_asked(&self, id: &SuggestionId) -> bool {
        self.eights.get(id.eight as usize).is_some_and(|work| work.asked == Some(id.serial))
    }

    pub(super) fn check_changeable(&self) -> Result<(), FailureCode> {
        if self.status.is_closed() || self.finish_wanted || self.cancel_wanted {
            return Err(FailureCode::ChoreographyFinished);
        }
        Ok(())
    }

    /// After eight `k - 1` changed: its take joins another step now, and its offers follow another one.
    fn follow_change(&mut self, k: usize, before: &PerformanceId) {
        let Some(work) = self.eights.get_mut(k) else { return };
        if work.selection.as_ref().is_some_and(|s| s.step.performance == *before) {
            work.selection = None;
            self.forget_take(k + 1);
        }
        if self.eights[k].selection.is_some() {
            self.forget_take(k);
        } else {
            self.eights[k].rerolled.clear();
            self.ask_if_open(k);
        }
    }

    /// The take of eight `k` joins a step that is not selected any more.
    pub(super) fn forget_take(&mut self, k: usize) {
        if let Some(selection) = self.eights.get_mut(k).and_then(|work| work.selection.as_mut()) {
            selection.take = None;
            selection.rendered = false;
            selection.in_flight = false;
        }
    }

    /// Asks for eight `k` if it is the one to be selected next.
    pub(super) fn ask_if_open(&mut self, k: usize) {
        if self.open() == Some(k) {
            self.ask(k);
        }
    }

    fn ask(&mut self, k: usize) {
        if let Some(work) = self.eights.get_mut(k) {
            work.asked = Some(self.next_serial);
            self.next_serial += 1;
        }
    }

    pub(super) fn chosen_except(&self, k: usize) -> Vec<Chosen> {
        let chosen = |(i, work): (usize, &EightWork)| {
            let selection = work.selection.as_ref().filter(|_| i != k)?;
            Some(Chosen {
                eight: i as u32,
                cluster: work.cluster.unwrap_or(ClusterLabel(0)),
                step: selection.step.clone(),
                mirrored: selection.mirrored,
            })
        };
        self.eights.iter().enumerate().filter_map(chosen).collect()
    }

    pub(super) fn receipt(&self) -> Receipt {
        Receipt { revision: self.revision, version: self.version }
    }
}

impl EightWork {
    /// What is wished: as it was offered, or a step that was offered or is selected, the other way round.
    fn wished(&self, wish: &SelectStep) -> Option<Offered> {
        if let Some(offer) = self.offers.iter().find(|offer| wish.names(&offer.step, offer.mirrored)) {
            return Some(offer.clone());
        }
        let selected = self.selection.iter().map(|selection| &selection.step);
        let mut known = self.offers.iter().map(|offer| &offer.step).chain(selected);
        let turned = |mirrored| Offered { step: wish.step.clone(), mirrored, take: None, rendered: false };
        known.any(|step| *step == wish.step).then(|| wish.mirrored.map(turned)).flatten()
    }
}

impl SelectStep {
    /// Is this step, shown this way round, what is wished?
    fn names(&self, step: &StepId, mirrored: bool) -> bool {
        self.step == *step && self.mirrored.is_none_or(|wished| wished == mirrored)
    }
}

impl From<&Offer> for Offered {
    fn from(offer: &Offer) -> Self {
        let take = Some(offer.take.clone());
        Self { step: offer.step.clone(), mirrored: offer.mirrored, take, rendered: false }
    }
}
