//! Song to dance: one user's work on one section.

#![expect(
    missing_docs,
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    reason = "the macros make constants without comments, and hand messages over as they like"
)]

mod ahead;

use crate::contract::{
    AudioActivities, Auto, ChoreoActivities, ChoreographyInput, CrossEditInput, OWNER, PROGRESS,
    PreprocessInput, ProductActivities, Receipt, RenderTakeInput, Reroll, SONG, STAGE, SectionInput,
    SelectStep, Unselect,
};
use crate::options;
use crate::state::{State, TakeWork};
use crate::stop::Stop;
use eightcount_domain::{ChoreographyState, ChoreographyStatus, FailureCode};
use std::time::Duration;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::workflows::{join, join_all, select};
use temporalio_workflow::{
    ContinueAsNewOptions, SyncWorkflowContext, TimerOptions, WorkflowCancellationToken, WorkflowContext,
    WorkflowContextView, WorkflowResult, WorkflowTermination,
};

/// Selected takes in work at once.
const TAKE_LANES: usize = 4;

type Ctx = WorkflowContext<ChoreographyWorkflow>;
type Refusal = Box<dyn std::error::Error + Send + Sync>;

/// The choreography workflow; its id is [`eightcount_domain::ChoreographyId::workflow_id`].
#[workflow]
pub struct ChoreographyWorkflow {
    state: State,
    /// The failure that ended a rendering lane.
    lane_failure: Option<Stop>,
    /// What the search attributes say.
    shown: Option<(ChoreographyStatus, u8)>,
}

/// How the part of the work that fits one run ends.
enum End {
    Finished,
    HistoryLong,
}

#[workflow_methods]
impl ChoreographyWorkflow {
    #[init]
    fn new(_ctx: &WorkflowContextView, input: ChoreographyInput) -> Self {
        Self { state: State::new(input), lane_failure: None, shown: None }
    }

    /// Hears the song, offers steps, renders what is selected, joins what is due, until finished.
    #[run(name = "choreography")]
    pub async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<ChoreographyState> {
        let ctx = &*ctx;
        let work = ctx.cancellation_token().child_token();
        let mut dance = Box::pin(futures::FutureExt::fuse(dance(ctx, &work)));
        let end = select! {
            end = dance => end,
            _ = ctx.wait_condition(|w| w.state.cancel_wanted()) => Err(Stop::Cancelled),
        };
        work.cancel();
        match end {
            Ok(End::HistoryLong) => Err(hand_over(ctx)),
            Ok(End::Finished) => Ok(close(ctx, ChoreographyStatus::Finished, None).await),
            Err(Stop::Cancelled) => {
                close(ctx, ChoreographyStatus::Cancelled, None).await;
                Err(Stop::Cancelled.termination())
            }
            Err(stop) => {
                close(ctx, ChoreographyStatus::Failed, Some(stop.code())).await;
                Err(stop.termination())
            }
        }
    }

    /// Refuses a selection that may not be made; nothing is recorded then.
    #[update_validator(select_step)]
    fn validate_select_step(&self, _ctx: &WorkflowContextView, wish: &SelectStep) -> Result<(), Refusal> {
        self.state.check_select(wish).map(|_| ()).map_err(refusal)
    }

    /// Selects a step for an eight. Selecting the same again changes nothing.
    #[update(name = "select_step")]
    pub fn select_step(
        &mut self,
        _ctx: &mut SyncWorkflowContext<Self>,
        wish: SelectStep,
    ) -> Result<Receipt, Refusal> {
        self.state.select(&wish).map_err(refusal)
    }

    /// The same without an answer: a refusal shows in the state.
    #[signal(name = "select_step")]
    pub fn signal_select_step(&mut self, _ctx: &mut SyncWorkflowContext<Self>, wish: SelectStep) {
        self.state.select_by_signal(&wish);
    }

    #[update_validator(unselect)]
    fn validate_unselect(&self, _ctx: &WorkflowContextView, wish: &Unselect) -> Result<(), Refusal> {
        self.state.check_unselect(wish).map_err(refusal)
    }

    /// Takes a selection back. Where there is none, nothing changes.
    #[update(name = "unselect")]
    pub fn unselect(
        &mut self,
        _ctx: &mut SyncWorkflowContext<Self>,
        wish: Unselect,
    ) -> Result<Receipt, Refusal> {
        self.state.unselect(&wish).map_err(refusal)
    }

    #[update_validator(reroll)]
    fn validate_reroll(&self, _ctx: &WorkflowContextView, wish: &Reroll) -> Result<(), Refusal> {
        self.state.check_reroll(wish).map_err(refusal)
    }

    /// Asks for other candidates for an eight.
    #[update(name = "reroll")]
    pub fn reroll(&mut self, _ctx: &mut SyncWorkflowContext<Self>, wish: Reroll) -> Result<Receipt, Refusal> {
        self.state.reroll(&wish).map_err(refusal)
    }

    #[update_validator(auto)]
    fn validate_auto(&self, _ctx: &WorkflowContextView, wish: &Auto) -> Result<(), Refusal> {
        self.state.check_auto(wish).map_err(refusal)
    }

    /// Chooses the steps of all eights that have none.
    #[update(name = "auto")]
    pub fn auto(&mut self, _ctx: &mut SyncWorkflowContext<Self>, wish: Auto) -> Result<Receipt, Refusal> {
        self.state.auto(&wish).map_err(refusal)
    }

    #[update_validator(finish)]
    fn validate_finish(&self, _ctx: &WorkflowContextView, _nothing: &()) -> Result<(), Refusal> {
        self.state.check_finish().map_err(refusal)
    }

    /// Finishes: nothing changes any more once the product is ready.
    #[update(name = "finish")]
    pub fn finish(&mut self, _ctx: &mut SyncWorkflowContext<Self>, _nothing: ()) -> Receipt {
        self.state.finish()
    }

    /// Stops at once; what was rendered stays.
    #[signal(name = "cancel")]
    pub fn cancel(&mut self, _ctx: &mut SyncWorkflowContext<Self>, _nothing: ()) {
        self.state.want_cancel();
    }

    /// The state for clients.
    #[query(name = "state")]
    pub fn state(&self, _ctx: &WorkflowContextView) -> ChoreographyState {
        self.state.view()
    }
}

/// The table of contents: everything after the analysis goes on side by side until the first of them ends it.
async fn dance(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<End, Stop> {
    let mut publishing = Box::pin(futures::FutureExt::fuse(publish_changes(ctx, work)));
    let mut main = Box::pin(futures::FutureExt::fuse(async {
        preprocess(ctx, work).await?;
        analyse(ctx, work).await?;
        let mut suggesting = Box::pin(futures::FutureExt::fuse(suggest_steps(ctx, work)));
        let mut planning = Box::pin(futures::FutureExt::fuse(plan_dances(ctx, work)));
        let mut previewing = Box::pin(futures::FutureExt::fuse(ahead::render_previews(ctx, work)));
        let mut guessing = Box::pin(futures::FutureExt::fuse(ahead::guess(ctx, work)));
        let mut rendering = Box::pin(futures::FutureExt::fuse(render_takes(ctx, work)));
        let mut sounding = Box::pin(futures::FutureExt::fuse(encode_sound(ctx, work)));
        let mut joining = Box::pin(futures::FutureExt::fuse(cross_edit(ctx, work, State::next_whole)));
        let mut staging = Box::pin(futures::FutureExt::fuse(cross_edit(ctx, work, State::next_part)));
        let mut idling = Box::pin(futures::FutureExt::fuse(await_idle_deadline(ctx)));
        let mut ending = Box::pin(futures::FutureExt::fuse(await_end(ctx)));
        select! {
            end = suggesting => end,
            end = planning => end,
            end = previewing => end,
            end = guessing => end,
            end = rendering => end,
            end = sounding => end,
            end = joining => end,
            end = staging => end,
            end = idling => end,
            end = ending => end,
        }
    }));
    select! {
        end = main => end,
        end = publishing => end,
    }
}

async fn preprocess(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<(), Stop> {
    if ctx.state(|w| w.state.is_preprocessed()) {
        return Ok(());
    }
    let input = ctx.state(|w| PreprocessInput {
        song: w.state.song().clone(),
        correction: w.state.options().grid.unwrap_or_default(),
        section: Some(w.state.section()),
    });
    let options = options::PREPROCESS.options("find the beats, cut the section into eights".to_owned(), work);
    let preprocessed = ctx.execute_activity(AudioActivities::preprocess, input, options).await?;
    ctx.state_mut(|w| w.state.apply_preprocessed(&preprocessed));
    Ok(())
}

async fn analyse(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<(), Stop> {
    if ctx.state(|w| w.state.is_analysed()) {
        return Ok(());
    }
    let Some(hearing) = ctx.state(|w| w.state.hearing().cloned()) else {
        return Err(Stop::Failed(FailureCode::Internal));
    };
    let section =
        ctx.state(|w| SectionInput { song: w.state.song().clone(), hearing, eights: w.state.eights() });
    let (heard, clustered) = join!(
        ctx.execute_activity(
            AudioActivities::amplitude,
            section.clone(),
            options::AMPLITUDE.options("loudness per beat".to_owned(), work),
        ),
        ctx.execute_activity(
            AudioActivities::clustering,
            section,
            options::CLUSTERING.options("which eights sound alike".to_owned(), work),
        ),
    );
    let (heard, clustered) = (heard?, clustered?);
    ctx.state_mut(|w| w.state.apply_analysed(&heard, &clustered));
    Ok(())
}

/// Answers one question after the other; an answer that is no longer wanted is not waited for.
async fn suggest_steps(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<End, Stop> {
    loop {
        ctx.wait_condition(|w| w.state.next_suggestion().is_some()).await?;
        let Some(question) = ctx.state(|w| w.state.next_suggestion()) else { continue };
        let token = work.child_token();
        let options = options::SUGGEST.options(format!("six steps for eight {}", question.eight), &token);
        let mut answering = ctx.execute_activity(ChoreoActivities::suggest, question.clone(), options);
        select! {
            answer = answering => {
                let answer = answer?;
                ctx.state_mut(|w| w.state.apply_suggested(&question, &answer));
            }
            _ = ctx.wait_condition(|w| !w.state.is_asked(&question.id)) => token.cancel(),
        }
    }
}

/// Chooses what is left to be chosen, when that is wished; a plan for other selections than the present ones is made
/// anew.
async fn plan_dances(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<End, Stop> {
    loop {
        ctx.wait_condition(|w| w.state.next_plan().is_some()).await?;
        let Some(question) = ctx.state(|w| w.state.next_plan()) else { continue };
        let options = options::PLAN_DANCE.options("the best way through all eights".to_owned(), work);
        let planned = ctx.execute_activity(ChoreoActivities::plan_dance, question.clone(), options).await?;
        ctx.state_mut(|w| w.state.apply_plan(&question, &planned));
    }
}

/// Plans and renders what is selected, several takes at a time.
async fn render_takes(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<End, Stop> {
    let lanes = join_all((0..TAKE_LANES).map(|_| render_lane(ctx, work)));
    // A lane ends only by failing; the first failure must not wait for the other lanes.
    let mut failed = ctx.wait_condition(|w| w.lane_failure.is_some());
    let mut lanes = Box::pin(futures::FutureExt::fuse(lanes));
    select! {
        _ = lanes => {}
        waited = failed => waited?,
    }
    Err(ctx.state(|w| w.lane_failure).unwrap_or(Stop::Cancelled))
}

async fn render_lane(ctx: &Ctx, work: &WorkflowCancellationToken) {
    loop {
        if ctx.wait_condition(|w| w.state.next_take().is_some()).await.is_err() {
            return;
        }
        let Some(job) = ctx.state(|w| w.state.next_take()) else { continue };
        ctx.state_mut(|w| w.state.begin_take(&job));
        let done = match job {
            TakeWork::Plan(input) => {
                let options =
                    options::PLAN_TAKE.options(format!("plan the take of eight {}", input.eight), work);
                let planned = ctx.execute_activity(ChoreoActivities::plan_take, input.clone(), options).await;
                planned.map(|take| ctx.state_mut(|w| w.state.apply_planned(&input, take)))
            }
            TakeWork::Render { eight, take } => {
                let options = options::RENDER_TAKE.options(format!("take of eight {eight}"), work);
                let input = RenderTakeInput { take: take.clone() };
                let rendered = ctx.execute_activity(ProductActivities::render_take, input, options).await;
                rendered.map(|_| ctx.state_mut(|w| w.state.apply_rendered(eight, &take)))
            }
        };
        if let Err(error) = done {
            ctx.state_mut(|w| w.lane_failure = Some(error.into()));
            return;
        }
    }
}

/// Encodes the section's sound once, so that nobody waits for it at the last selection.
async fn encode_sound(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<End, Stop> {
    if let Some(input) = ctx.state(|w| w.state.wanted_sound()) {
        let options = options::ENCODE_SOUND.options("the section's sound".to_owned(), work);
        let sound = ctx.execute_activity(ProductActivities::encode_sound, input, options).await?;
        ctx.state_mut(|w| w.state.apply_sound(sound));
    }
    std::future::pending().await
}

/// Joins each stage that `next` names when it is due, and again when a selection inside it changed.
async fn cross_edit(
    ctx: &Ctx,
    work: &WorkflowCancellationToken,
    next: fn(&State) -> Option<CrossEditInput>,
) -> Result<End, Stop> {
    loop {
        ctx.wait_condition(|w| next(&w.state).is_some()).await?;
        let Some(input) = ctx.state(|w| next(&w.state)) else { continue };
        let summary = format!("cross-edit {} version {}", input.stage.as_str(), input.revision);
        let options = options::CROSS_EDIT.options(summary, work);
        let made = ctx.execute_activity(ProductActivities::cross_edit, input.clone(), options).await?;
        ctx.state_mut(|w| w.state.apply_cross_edited(&input, made));
    }
}

/// Shows every change to operators and clients. A state that could not be published is published with the next.
async fn publish_changes(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<End, Stop> {
    let mut published = None;
    loop {
        ctx.wait_condition(|w| Some(w.state.version()) != published).await?;
        published = Some(ctx.state(|w| w.state.version()));
        publish(ctx, work).await;
    }
}

async fn publish(ctx: &Ctx, token: &WorkflowCancellationToken) {
    let (view, summary) = ctx.state(|w| (w.state.view(), w.state.summary()));
    ctx.set_current_details(summary);
    let shown = ctx.state(|w| (w.state.status(), w.state.progress_percent()));
    if ctx.state(|w| w.shown) != Some(shown) {
        ctx.state_mut(|w| w.shown = Some(shown));
        ctx.upsert_search_attributes(ctx.state(|w| {
            [
                STAGE.value_set(format!("{:?}", shown.0).to_lowercase()),
                PROGRESS.value_set(i64::from(shown.1)),
                SONG.value_set(w.state.song().to_string()),
                OWNER.value_set(w.state.owner().to_owned()),
            ]
        }));
    }
    // Whoever reads a stale record asks the workflow; so a failure here needs no handling.
    let _ = ctx.execute_local_activity(ChoreoActivities::publish, view, options::publish(token)).await;
}

/// Finishes a choreography that nobody touched for its idle time: the product stays as it is.
async fn await_idle_deadline(ctx: &Ctx) -> Result<End, Stop> {
    let idle = Duration::from_secs(ctx.state(|w| w.state.idle_seconds()));
    loop {
        let seen = ctx.state(|w| w.state.messages());
        ctx.timer(TimerOptions::builder(idle).summary("idle deadline".to_owned()).build()).await;
        ctx.wait_condition(|w| w.state.is_quiet()).await?;
        if ctx.state(|w| w.state.messages()) == seen {
            return Ok(End::Finished);
        }
    }
}

/// Waits until the user's wish to finish is fulfilled, or the history has grown too long for this run.
async fn await_end(ctx: &Ctx) -> Result<End, Stop> {
    ctx.wait_condition(|w| w.state.may_finish() || is_history_long(ctx, &w.state)).await?;
    Ok(if ctx.state(|w| w.state.may_finish()) { End::Finished } else { End::HistoryLong })
}

fn is_history_long(ctx: &Ctx, state: &State) -> bool {
    ctx.continue_as_new_suggested() && state.is_quiet() && ctx.all_handlers_finished()
}

fn hand_over(ctx: &Ctx) -> WorkflowTermination {
    let input = ctx.state(|w| w.state.next_run());
    match ctx.continue_as_new(input, ContinueAsNewOptions::default()) {
        Err(termination) => termination,
        Ok(never) => match never {},
    }
}

async fn close(ctx: &Ctx, status: ChoreographyStatus, failure: Option<FailureCode>) -> ChoreographyState {
    ctx.state_mut(|w| w.state.close(status, failure));
    publish(ctx, &WorkflowCancellationToken::new()).await;
    ctx.state(|w| w.state.view())
}

fn refusal(code: FailureCode) -> Refusal {
    code.as_str().into()
}
