//! Which takes are to be planned and rendered.

use super::{EightWork, State};
use crate::contract::PlanTakeInput;
use eightcount_domain::{RenderProfile, TakeKey, Transition};

/// One piece of work on a selected take.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TakeWork {
    /// Its neighbour changed: plan it anew.
    Plan(PlanTakeInput),
    /// Render it.
    Render {
        /// For which eight.
        eight: u32,
        /// Its key.
        take: TakeKey,
    },
}

impl State {
    /// The first selected take that nobody works on, if any.
    pub(crate) fn next_take(&self) -> Option<TakeWork> {
        let k = (0..self.eights.len()).find(|k| self.wants_take(*k) && !self.is_in_flight(*k))?;
        let selection = self.eights[k].selection.as_ref()?;
        Some(match &selection.take {
            Some(take) => TakeWork::Render { eight: k as u32, take: take.clone() },
            None => TakeWork::Plan(PlanTakeInput {
                section: self.analysed.clone()?,
                eight: k as u32,
                step: selection.shown(),
                previous: self.shown_before(k),
                profile: self.profile_of(selection.transition),
            }),
        })
    }

    fn profile_of(&self, transition: Option<Transition>) -> RenderProfile {
        let profile = self.profile();
        RenderProfile { transition: transition.unwrap_or(profile.transition), ..profile }
    }

    /// Is eight `k` selected but not rendered? What joins an eight without a selection has to wait.
    pub(super) fn wants_take(&self, k: usize) -> bool {
        let joins = k == 0 || self.eights[k - 1].selection.is_some();
        joins && self.eights[k].selection.as_ref().is_some_and(|selection| !selection.rendered)
    }

    fn is_in_flight(&self, k: usize) -> bool {
        self.eights[k].selection.as_ref().is_some_and(|selection| selection.in_flight)
    }

    /// Somebody works on it now: nobody else shall.
    pub(crate) fn begin_take(&mut self, work: &TakeWork) {
        let (TakeWork::Plan(PlanTakeInput { eight, .. }) | TakeWork::Render { eight, .. }) = work;
        if let Some(selection) = self.eights.get_mut(*eight as usize).and_then(|e| e.selection.as_mut()) {
            selection.in_flight = true;
        }
    }

    /// Applies a plan, unless one of the two steps changed meanwhile.
    pub(crate) fn apply_planned(&mut self, asked: &PlanTakeInput, take: TakeKey) {
        let k = asked.eight as usize;
        let entered = self.eights.get(k).and_then(|e| e.selection.as_ref()).map(|s| s.transition);
        if self.shown_before(k) != asked.previous
            || entered.is_none_or(|transition| self.profile_of(transition) != asked.profile)
        {
            return;
        }
        let Some(selection) = self.eights.get_mut(k).and_then(|e| e.selection.as_mut()) else { return };
        if selection.take.is_none() && selection.shown() == asked.step {
            selection.take = Some(take);
            selection.in_flight = false;
            self.touch();
        }
    }

    /// Applies a rendered take, unless the eight shows another one by now.
    pub(crate) fn apply_rendered(&mut self, eight: u32, take: &TakeKey) {
        let Some(selection) = self.eights.get_mut(eight as usize).and_then(|e| e.selection.as_mut()) else {
            return;
        };
        if selection.take.as_ref() == Some(take) {
            selection.rendered = true;
            selection.in_flight = false;
            self.touch();
        }
    }

    /// The takes to render ahead of a choice, with the question they answer: those of the eight that other steps were
    /// asked for last, and of the one that is to be selected next.
    pub(crate) fn next_previews(&self) -> Option<(u32, Vec<TakeKey>)> {
        if !self.options.previews || self.status.is_closed() {
            return None;
        }
        [self.rerolled, self.open()].into_iter().flatten().find_map(|k| self.unseen(k))
    }

    /// What was offered for eight `k` and has no previews yet; none where that would join another step by now.
    fn unseen(&self, k: usize) -> Option<(u32, Vec<TakeKey>)> {
        let work = self.eights.get(k).filter(|work| work.offered_after == self.shown_before(k))?;
        let suggestion = work.suggestion.as_ref().filter(|_| work.asked.is_none() && !work.previewed)?;
        let takes: Vec<_> = work.offers.iter().filter_map(|offer| offer.take.clone()).collect();
        if takes.is_empty() { None } else { Some((suggestion.serial, takes)) }
    }

    /// The previews of that question are all rendered, or were given up.
    pub(crate) fn apply_previewed(&mut self, serial: u32, rendered: bool) {
        let answered = |work: &&mut EightWork| {
            work.suggestion.as_ref().is_some_and(|suggestion| suggestion.serial == serial)
        };
        if let Some(work) = self.eights.iter_mut().find(answered) {
            work.be_previewed(rendered);
            self.touch();
        }
    }
}

impl EightWork {
    /// Its previews are done with: all rendered, or given up. A preview is the take itself.
    pub(super) fn be_previewed(&mut self, rendered: bool) {
        self.previewed = true;
        for offer in &mut self.offers {
            offer.rendered = rendered && offer.take.is_some();
        }
    }
}
