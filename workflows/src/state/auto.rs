//! Choosing the rest automatically: all eights without a selection at once.

use super::{Offered, SelectionWork, State};
use crate::contract::{Auto, Offer, PlanDanceInput, PlannedDance, Receipt};
use eightcount_domain::{ChoreographyStatus, FailureCode, SuggestionId};

impl State {
    /// May the rest be chosen automatically?
    pub(crate) fn check_auto(&self, wish: &Auto) -> Result<(), FailureCode> {
        self.check_changeable()?;
        if wish.revision == self.revision { Ok(()) } else { Err(FailureCode::StaleRevision) }
    }

    /// Asks for a plan of all eights that have no selection by then; selections stay. Where every eight has one,
    /// nothing changes.
    pub(crate) fn auto(&mut self, wish: &Auto) -> Result<Receipt, FailureCode> {
        self.messages += 1;
        self.check_auto(wish)?;
        if self.status != ChoreographyStatus::Complete {
            self.ask_for_plan();
            self.revision += 1;
            self.touch();
        }
        Ok(self.receipt())
    }

    /// The dance to plan, if one is wished and the section is analysed.
    pub(crate) fn next_plan(&self) -> Option<PlanDanceInput> {
        Some(PlanDanceInput {
            choreography: self.id.clone(),
            serial: self.auto_asked?,
            section: self.analysed.clone()?,
            sounds: self.sounds()?,
            chosen: self.chosen(),
            flavour: self.options.flavour,
            profile: self.profile(),
        })
    }

    /// Applies a plan: every eight that has no selection gets the planned one. Were selections made or dropped
    /// meanwhile, a new plan is asked for.
    pub(crate) fn apply_plan(&mut self, asked: &PlanDanceInput, planned: &PlannedDance) {
        if self.auto_asked != Some(asked.serial) {
            return;
        }
        if asked.chosen != self.chosen() {
            self.ask_for_plan();
            return;
        }
        self.auto_asked = None;
        for (eight, offer) in &planned.eights {
            self.choose(*eight, offer, asked.serial);
        }
        self.plan = Some(planned.score);
        self.refused_signal = None;
        if let Some(open) = self.open() {
            self.ask_if_open(open);
        } else {
            self.status = ChoreographyStatus::Complete;
        }
        self.touch();
    }

    fn choose(&mut self, eight: u32, offer: &Offer, serial: u32) {
        let before = self.shown_before(eight as usize);
        let suggestion = SuggestionId { choreography: self.id.clone(), eight, serial };
        let Some(work) = self.eights.get_mut(eight as usize).filter(|work| work.selection.is_none()) else {
            return;
        };
        work.asked = None;
        work.suggestion = Some(suggestion);
        work.offers = vec![Offered::from(offer)];
        work.offered_after = before;
        work.exhausted = false;
        work.previewed = true;
        work.selection = Some(SelectionWork {
            step: offer.step.clone(),
            mirrored: offer.mirrored,
            transition: None,
            take: Some(offer.take.clone()),
            rendered: false,
            in_flight: false,
        });
    }

    fn ask_for_plan(&mut self) {
        self.auto_asked = Some(self.next_serial);
        self.next_serial += 1;
    }

    fn chosen(&self) -> Vec<crate::contract::Chosen> {
        self.chosen_except(usize::MAX)
    }
}
