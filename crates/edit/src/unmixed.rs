//! A cut without its transition: plans that show what each side of it looks like, rendered as the take is.

use crate::plan::{Entry, Run, Source, Style, TakePlan};

/// Pictures before and after the one at the cut that show the stage.
const STAGE: u64 = 16;
/// Pictures of the stage in a second of the mezzanine.
const STAGE_PER_S: u64 = 2;

impl TakePlan {
    /// Is it entered by a plain cut, whose two pictures the take shows as they are?
    pub fn is_entered_hard(&self) -> bool {
        self.entry.as_ref().is_none_or(|entry| entry.style == Style::Cut)
    }

    /// The few frames around its cut as they would be with a hard one: the pictures that its transition mixes. With it, the
    /// first frame after the cut. None where no previous selection is seen.
    pub fn hard_cut(&self) -> Option<(Self, u64)> {
        let entry = self.entry.as_ref()?;
        let half = entry.half();
        let first = |source: &Source, frames: u64| {
            let runs = Run::of(source.shown().take(frames as usize));
            Source { runs, ..source.clone() }
        };
        let source = first(&entry.source, half);
        let step = first(&self.step, 2 * half);
        let entry = Some(Entry { style: Style::Cut, source });
        Some((Self { frames: 2 * half, step, entry, ..self.clone() }, half))
    }

    /// The outgoing and the incoming picture at the cut, each among pictures from seconds before and after it that show the
    /// same stage from the same place; with each, which of its frames it is. At the cut: in the frame in which a
    /// transition mixes both equally, otherwise the last before it and the first after it. None where no previous
    /// selection is seen.
    pub fn stages(&self) -> Option<[(Self, u64); 2]> {
        let entry = self.entry.as_ref()?;
        let half = entry.half();
        let alone = |source: &Source, at: u64| {
            let at = source.shown().nth(at as usize)? / u64::from(source.parts());
            let apart = (u64::from(source.fps.get()) / STAGE_PER_S).max(1);
            let before = (1..=STAGE).rev().filter_map(|n| at.checked_sub(n * apart));
            let place = before.clone().count() as u64;
            let shown: Vec<u64> = before.chain((0..=STAGE).map(|n| at + n * apart)).collect();
            let frames = shown.len() as u64;
            let step = Source { between: None, runs: Run::of(shown), ..source.clone() };
            Some((Self { frames, step, entry: None, ..self.clone() }, place))
        };
        let last = entry.source.frames().checked_sub(1)?;
        let (mut outgoing, before) = alone(&entry.source, half.min(last))?;
        outgoing.alignment = None;
        let (mut incoming, after) = alone(&self.step, half)?;
        // In full in all of its pictures.
        if let Some(alignment) = &mut incoming.alignment {
            alignment.hold_frames = incoming.frames as u32;
        }
        Some([(outgoing, before), (incoming, after)])
    }
}
