//! A performance becomes steps: conform, then hear, watch, and publish all at once.

#![expect(missing_docs, reason = "the macros make constants without comments")]

use crate::contract::{
    AudioActivities, ChoreoActivities, Conformed, DiscardInput, HearPerformanceInput, IngestInput,
    IngestPhase, IngestProgress, OWNER, PROGRESS, PublishPerformanceInput, STAGE, WatchInput,
};
use crate::options;
use crate::stop::Stop;
use eightcount_domain::FailureCode;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::workflows::select;
use temporalio_workflow::{
    SyncWorkflowContext, WorkflowCancellationToken, WorkflowContext, WorkflowContextView, WorkflowResult,
};

type Ctx = WorkflowContext<IngestWorkflow>;

/// The ingest workflow; its id is `ingest:{performance}`.
#[workflow]
pub struct IngestWorkflow {
    input: IngestInput,
    phase: IngestPhase,
    conformed: Option<Conformed>,
    failure: Option<FailureCode>,
    steps: u32,
    cancel_wanted: bool,
}

#[workflow_methods]
impl IngestWorkflow {
    #[init]
    fn new(_ctx: &WorkflowContextView, input: IngestInput) -> Self {
        Self {
            input,
            phase: IngestPhase::Conforming,
            conformed: None,
            failure: None,
            steps: 0,
            cancel_wanted: false,
        }
    }

    /// Publishes the performance's steps, or removes everything that was made of it.
    #[run(name = "ingest")]
    pub async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<IngestProgress> {
        let ctx = &*ctx;
        let work = ctx.cancellation_token().child_token();
        let mut ingest = Box::pin(futures::FutureExt::fuse(ingest(ctx, &work)));
        let end = select! {
            end = ingest => end,
            _ = ctx.wait_condition(|w| w.cancel_wanted) => Err(Stop::Cancelled),
        };
        work.cancel();
        let Err(stop) = end else { return Ok(ctx.state(IngestWorkflow::view)) };
        ctx.state_mut(|w| w.failure = Some(stop.code()));
        enter(ctx, IngestPhase::Failed);
        discard(ctx, stop).await?;
        Err(stop.termination())
    }

    /// Stops the ingest and forgets the performance.
    #[signal(name = "cancel")]
    pub fn cancel(&mut self, _ctx: &mut SyncWorkflowContext<Self>, _nothing: ()) {
        self.cancel_wanted = true;
    }

    /// How far it is.
    #[query(name = "progress")]
    pub fn progress(&self, _ctx: &WorkflowContextView) -> IngestProgress {
        self.view()
    }
}

impl IngestWorkflow {
    fn view(&self) -> IngestProgress {
        let percent = match self.phase {
            IngestPhase::Conforming | IngestPhase::Failed => 0,
            IngestPhase::Hearing => 40,
            IngestPhase::Watching => 60,
            IngestPhase::Publishing => 95,
            IngestPhase::Published => 100,
        };
        IngestProgress { phase: self.phase, percent, failure: self.failure, steps: self.steps }
    }
}

async fn ingest(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<(), Stop> {
    let input = ctx.state(|w| w.input.clone());
    enter(ctx, IngestPhase::Conforming);
    let options = options::CONFORM.options("make the mezzanine".to_owned(), work);
    let conformed = ctx.execute_activity(ChoreoActivities::conform, input.clone(), options).await?;
    ctx.state_mut(|w| w.conformed = Some(conformed.clone()));

    enter(ctx, IngestPhase::Hearing);
    let options = options::HEAR_PERFORMANCE.options("beats and eights of its music".to_owned(), work);
    let hear = HearPerformanceInput { mezzanine: conformed.mezzanine.clone() };
    let heard = ctx.execute_activity(AudioActivities::hear_performance, hear, options).await?;

    enter(ctx, IngestPhase::Watching);
    let options = options::WATCH.options(format!("subject and movement in {} eights", heard.count), work);
    let watch = WatchInput { conformed: conformed.clone(), eights: heard.eights.clone() };
    let watched = ctx.execute_activity(ChoreoActivities::watch, watch, options).await?;

    enter(ctx, IngestPhase::Publishing);
    let options = options::PUBLISH_PERFORMANCE.options("put the steps into the library".to_owned(), work);
    let publish = PublishPerformanceInput { performance: input.performance, conformed, heard, watched };
    let published = ctx.execute_activity(ChoreoActivities::publish_performance, publish, options).await?;
    ctx.state_mut(|w| w.steps = published.steps);
    enter(ctx, IngestPhase::Published);
    Ok(())
}

/// Detached from cancellation: what was made must go in any case.
async fn discard(ctx: &Ctx, stop: Stop) -> WorkflowResult<()> {
    let input = ctx.state(|w| DiscardInput {
        performance: w.input.performance.clone(),
        mezzanine: w.conformed.as_ref().map(|conformed| conformed.mezzanine.clone()),
        failure: stop.code(),
    });
    let options = options::DISCARD_PERFORMANCE
        .options("remove what was made".to_owned(), &WorkflowCancellationToken::new());
    Ok(ctx.execute_activity(ChoreoActivities::discard_performance, input, options).await?)
}

fn enter(ctx: &Ctx, phase: IngestPhase) {
    ctx.state_mut(|w| w.phase = phase);
    let (view, owner) = ctx.state(|w| (w.view(), w.input.owner.clone()));
    ctx.set_current_details(format!("**{}**, {} %, {} steps", phase.as_str(), view.percent, view.steps));
    ctx.upsert_search_attributes([
        STAGE.value_set(phase.as_str().to_owned()),
        PROGRESS.value_set(i64::from(view.percent)),
        OWNER.value_set(owner),
    ]);
}
