//! Work ahead of a choice: the previews of the open eight, and then the suggestion and the previews of the eight after it
//! as if the best candidate were chosen. Its failures are nobody's loss, and the choice ends it.

use super::{ChoreographyWorkflow, Ctx, End};
use crate::contract::{ChoreoActivities, ProductActivities, RenderPreviewsInput};
use crate::options;
use crate::stop::Stop;
use temporalio_workflow::WorkflowCancellationToken;
use temporalio_workflow::workflows::select;

/// Renders the candidates of the open eight.
pub(super) async fn render_previews(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<End, Stop> {
    loop {
        ctx.wait_condition(|w| w.state.next_previews().is_some()).await?;
        let Some((serial, takes)) = ctx.state(|w| w.state.next_previews()) else { continue };
        let token = work.child_token();
        let options = options::RENDER_PREVIEWS.options(format!("previews of suggestion {serial}"), &token);
        let mut rendering =
            ctx.execute_activity(ProductActivities::render_previews, RenderPreviewsInput { takes }, options);
        let unwanted =
            |w: &ChoreographyWorkflow| w.state.next_previews().is_none_or(|(present, _)| present != serial);
        select! {
            done = rendering => ctx.state_mut(|w| w.state.apply_previewed(serial, done.is_ok())),
            _ = ctx.wait_condition(unwanted) => token.cancel(),
        }
    }
}

/// Thinks one eight ahead.
pub(super) async fn guess(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<End, Stop> {
    loop {
        ctx.wait_condition(|w| w.state.wants_guess() || w.state.next_guessed_previews().is_some()).await?;
        let token = work.child_token();
        if let Some((serial, takes)) = ctx.state(|w| w.state.next_guessed_previews()) {
            let options = options::GUESSED_PREVIEWS.options(format!("previews of guess {serial}"), &token);
            let input = RenderPreviewsInput { takes };
            let mut rendering = ctx.execute_activity(ProductActivities::render_previews, input, options);
            select! {
                done = rendering => ctx.state_mut(|w| w.state.apply_guess_previewed(serial, done.is_ok())),
                _ = ctx.wait_condition(|w| !w.state.is_guessing(serial)) => token.cancel(),
            }
            continue;
        }
        let Some(question) = ctx.state_mut(|w| w.state.begin_guess()) else { continue };
        let serial = question.id.serial;
        let options = options::GUESS.options(format!("a guess at eight {}", question.eight), &token);
        let mut answering = ctx.execute_activity(ChoreoActivities::suggest, question, options);
        select! {
            answer = answering => ctx.state_mut(|w| w.state.apply_guessed(serial, answer.ok())),
            _ = ctx.wait_condition(|w| !w.state.is_guessing(serial)) => token.cancel(),
        }
    }
}
