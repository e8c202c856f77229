//! Taking a choice back.

use super::State;
use crate::contract::{Receipt, Unselect};
use eightcount_domain::{ChoreographyStatus, FailureCode};

impl State {
    /// May the selection of this eight be taken back? Where there is none, always.
    pub(crate) fn check_unselect(&self, wish: &Unselect) -> Result<(), FailureCode> {
        self.check_changeable()?;
        let work = self.eights.get(wish.eight as usize).ok_or(FailureCode::UnknownEight)?;
        if work.selection.is_some() && wish.revision != self.revision {
            return Err(FailureCode::StaleRevision);
        }
        Ok(())
    }

    /// Takes a selection back. Other selections stay; the one after it waits for what it will join.
    pub(crate) fn unselect(&mut self, wish: &Unselect) -> Result<Receipt, FailureCode> {
        self.messages += 1;
        self.check_unselect(wish)?;
        let k = wish.eight as usize;
        if self.eights[k].selection.take().is_some() {
            self.forget_take(k + 1);
            self.close_later(k);
            self.open_again(k);
            self.status = ChoreographyStatus::Selecting;
            self.refused_signal = None;
            self.revision += 1;
            self.touch();
        }
        Ok(self.receipt())
    }

    /// What was asked for an eight after `k` that has no selection would follow a step that is gone.
    fn close_later(&mut self, k: usize) {
        for work in self.eights.iter_mut().skip(k + 1).filter(|work| work.selection.is_none()) {
            work.asked = None;
        }
    }

    /// What was offered for eight `k` is offered again, unless an automatic choice left just that one.
    fn open_again(&mut self, k: usize) {
        let work = &mut self.eights[k];
        work.previewed = false;
        if work.offers.len() < 2 {
            work.offers.clear();
        }
        self.ask_where_open();
    }

    /// The eight to be selected next needs candidates that follow what is shown before it.
    pub(super) fn ask_where_open(&mut self) {
        let Some(open) = self.open() else { return };
        let work = &self.eights[open];
        if work.asked.is_none() && (work.offers.is_empty() || work.offered_after != self.shown_before(open)) {
            self.ask_if_open(open);
        }
    }
}
