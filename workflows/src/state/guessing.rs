//! Working ahead: while the user looks at the candidates of an eight, the next eight is asked about and its previews are
//! begun as if the best candidate were selected. A guess that comes true is taken up as it is; any other is dropped.

use super::{Offered, Shown, State};
use crate::contract::{Chosen, SuggestInput, Suggested};
use eightcount_domain::{ChoreographyStatus, SuggestionId, TakeKey};

/// What is known ahead of one selection. It holds for one revision: every change of the choreography makes it void.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Guess {
    revision: u32,
    /// The eight that is worked on ahead.
    eight: usize,
    /// What is guessed to be selected before it.
    after: Shown,
    /// Under which serial its suggestion is recorded.
    serial: u32,
    answer: Option<Suggested>,
    /// Its previews are all rendered, or were given up; none while they are worked on.
    previews_rendered: Option<bool>,
    /// It could not be answered: the eight is asked about when it is open.
    given_up: bool,
}

impl Guess {
    fn takes(&self) -> Vec<TakeKey> {
        self.answer.iter().flat_map(|answer| &answer.offers).map(|offer| offer.take.clone()).collect()
    }
}

impl State {
    /// The eight after the open one, if the open one's previews are done and it is time to think ahead; and what is most
    /// likely selected before it.
    fn guessable(&self) -> Option<(usize, Shown)> {
        let usual = self.options.previews && self.status == ChoreographyStatus::Selecting;
        let open = self.open().filter(|_| usual && self.auto_asked.is_none())?;
        let work = &self.eights[open];
        let next = self.eights.get(open + 1).filter(|next| next.selection.is_none())?;
        let best = work.offers.first().filter(|_| work.previewed && work.asked.is_none())?;
        next.asked.is_none().then(|| (open + 1, (best.step.clone(), best.mirrored)))
    }

    /// The guess, if it is about what is guessable now.
    fn present_guess(&self) -> Option<&Guess> {
        let (eight, after) = self.guessable()?;
        let present =
            |guess: &&Guess| (guess.revision, guess.eight, &guess.after) == (self.revision, eight, &after);
        self.guess.as_ref().filter(present)
    }

    /// Is something to be asked ahead?
    pub(crate) fn wants_guess(&self) -> bool {
        self.guessable().is_some() && self.present_guess().is_none()
    }

    /// Begins a guess, and gives the question to ask; none, and the guess is given up, where there is nothing to ask.
    pub(crate) fn begin_guess(&mut self) -> Option<SuggestInput> {
        let (eight, after) = self.guessable()?;
        let serial = self.next_serial;
        let question = self.guess_question(eight, &after, serial);
        self.next_serial += 1;
        self.guess = Some(Guess {
            revision: self.revision,
            eight,
            after,
            serial,
            answer: None,
            previews_rendered: None,
            given_up: question.is_none(),
        });
        question
    }

    fn guess_question(&self, eight: usize, after: &Shown, serial: u32) -> Option<SuggestInput> {
        let before = eight.checked_sub(1)?;
        let mut chosen = self.chosen_except(eight);
        let cluster = self.eights[before].cluster?;
        chosen.push(Chosen { eight: before as u32, cluster, step: after.0.clone(), mirrored: after.1 });
        chosen.sort_by_key(|chosen| chosen.eight);
        Some(SuggestInput {
            id: SuggestionId { choreography: self.id.clone(), eight: eight as u32, serial },
            song: self.song.clone(),
            hearing: self.hearing.clone()?,
            section: self.analysed.clone()?,
            eight: eight as u32,
            sounds: self.sounds()?,
            chosen,
            rerolled: Vec::new(),
            flavour: self.options.flavour,
            profile: self.profile(),
        })
    }

    /// Is this guess still of use?
    pub(crate) fn is_guessing(&self, serial: u32) -> bool {
        self.present_guess().is_some_and(|guess| guess.serial == serial && !guess.given_up)
    }

    /// Keeps the answer to a guess, or that there is none.
    pub(crate) fn apply_guessed(&mut self, serial: u32, answer: Option<Suggested>) {
        if let Some(guess) = self.guess.as_mut().filter(|guess| guess.serial == serial) {
            guess.given_up = answer.is_none();
            guess.answer = answer;
        }
    }

    /// The takes to render ahead of the next eight's opening, with the serial of their guess.
    pub(crate) fn next_guessed_previews(&self) -> Option<(u32, Vec<TakeKey>)> {
        let guess =
            self.present_guess().filter(|guess| guess.previews_rendered.is_none() && !guess.given_up)?;
        Some((guess.serial, guess.takes())).filter(|(_, takes)| !takes.is_empty())
    }

    /// The previews of that guess are all rendered, or were given up.
    pub(crate) fn apply_guess_previewed(&mut self, serial: u32, rendered: bool) {
        if let Some(guess) = self.guess.as_mut().filter(|guess| guess.serial == serial) {
            guess.previews_rendered = Some(rendered);
        }
    }

    /// Whether a guess is being worked on, or is to be.
    pub(super) fn thinks_ahead(&self) -> bool {
        let unanswered = |guess: &Guess| !guess.given_up && guess.answer.is_none();
        self.wants_guess()
            || self.next_guessed_previews().is_some()
            || self.present_guess().is_some_and(unanswered)
    }

    /// Answers the question about eight `k`, which has just become the open one, by the guess, if that came true: the
    /// selection before it was made on the revision of the guess, and is what was guessed.
    pub(super) fn take_up_guess(&mut self, k: usize) {
        let before = self.shown_before(k);
        let Some(guess) = self.guess.take() else { return };
        let came_true =
            guess.eight == k && guess.revision == self.revision && Some(&guess.after) == before.as_ref();
        let (Some(answer), Some(work)) = (guess.answer, self.eights.get_mut(k)) else { return };
        if !came_true || work.asked.is_none() || !work.rerolled.is_empty() {
            return;
        }
        work.asked = None;
        work.offers = answer.offers.iter().map(Offered::from).collect();
        work.suggestion = Some(answer.id);
        work.offered_after = before;
        work.exhausted = answer.exhausted;
        work.previewed = false;
        if let Some(rendered) = guess.previews_rendered {
            work.be_previewed(rendered);
        }
    }
}
