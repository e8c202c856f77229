//! The only calls to Temporal. Workflows and activities are named through the typed contract of
//! `eightcount-workflows`; what comes back is told apart into refusals (a stable code, the client's to mend) and
//! outages (try again).

mod extras;
mod ingests;
mod seen_cuts;

pub use extras::Making;

use crate::problem::Problem;
use eightcount_domain::{
    BlobHash, ChoreographyId, ChoreographyState, FailureCode, SongGrid, SongId, TakeKey,
};
use eightcount_workflows::{
    ChoreographyWorkflow, HearingWorkflow,
    contract::{
        AUDIO, AudioActivities, Auto, CHOREO, ChoreoActivities, ChoreographyInput, Clustered,
        CorrectGridInput, HearingInput, PRODUCT, ProductActivities, Receipt, RenderTakeInput, Rendered,
        Reroll, ScreenInput, Screened, SectionInput, SelectStep, Unselect,
    },
};
use serde::Deserialize;
use std::{
    future::Future,
    time::{Duration, Instant},
};
use temporalio_client::{
    ActivityIdConflictPolicy, ActivityStartOptions, Client, NamespacedClient, RetryOptions, RetryPolicy,
    RpcOptions, WorkflowExecuteUpdateOptions, WorkflowHandle, WorkflowIdConflictPolicy,
    WorkflowIdReusePolicy, WorkflowQueryOptions, WorkflowSignalOptions, WorkflowStartOptions,
    errors::{
        ActivityResultError, StartActivityError, WorkflowInteractionError, WorkflowQueryError,
        WorkflowStartError, WorkflowUpdateError,
    },
    grpc::WorkflowService,
    tonic::{self, Code, IntoRequest},
};
use temporalio_common::{
    ActivityDefinition, error::IncomingError,
    protos::temporal::api::workflowservice::v1::DescribeNamespaceRequest,
};
use uuid::Uuid;

/// Longest wait for a workflow's answer to a query: it is given from memory, or after one replay.
const QUERY_MAX: Duration = Duration::from_secs(5);
/// Longest wait for an update, tries included.
const UPDATE_MAX: Duration = Duration::from_secs(12);
/// Longest wait for the server to say that it is there.
const PING_MAX: Duration = Duration::from_secs(2);
/// Pause before an update is tried again, growing twofold. The server takes ten updates of a workflow at once.
const UPDATE_PAUSE: Duration = Duration::from_millis(20);
const UPDATE_PAUSE_MAX: Duration = Duration::from_millis(500);
/// Longest text of a limit. Anything longer was not written for clients.
const LIMIT_MAX_BYTES: usize = 60;

/// What of a heartbeat is of interest here.
#[derive(Deserialize)]
struct Beat {
    /// Share of the work that is done.
    #[serde(default)]
    percent: u64,
}

/// Why Temporal did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The workflow or activity refused, and says why.
    #[error("refused: {code}")]
    Refused {
        /// Why.
        code: FailureCode,
        /// The limit that was passed, with its unit.
        limit: Option<String>,
    },
    /// There is no such workflow, or it has ended.
    #[error("no running workflow")]
    NotRunning,
    /// More than the server takes at once, for longer than anyone waits.
    #[error("{doing}: the server takes no more at once")]
    Busy {
        /// What was being done.
        doing: &'static str,
    },
    /// No answer in time: the server or every worker is away.
    #[error("{doing}: no answer in time")]
    Silent {
        /// What was being done.
        doing: &'static str,
    },
    /// The server does not answer, or not as agreed.
    #[error("{doing}")]
    Outage {
        /// What was being done.
        doing: &'static str,
        /// What came instead.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl GatewayError {
    fn outage(doing: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Outage { doing, source: source.into() }
    }
}

impl From<GatewayError> for Problem {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Refused { code, limit } => {
                let problem = Self::new(code);
                if let Some(limit) = limit { problem.with_limit(limit) } else { problem }
            }
            GatewayError::Busy { .. } => Self::new(FailureCode::Busy),
            GatewayError::NotRunning | GatewayError::Silent { .. } | GatewayError::Outage { .. } => {
                Self::fault(FailureCode::Unavailable, &error)
            }
        }
    }
}

/// Temporal, as the API uses it.
#[derive(Clone)]
pub struct Gateway {
    client: Client,
}

impl Gateway {
    /// Through a connected client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// How long the server takes to answer that it knows the namespace.
    pub async fn ping(&self) -> Result<Duration, GatewayError> {
        let doing = "asking Temporal for its namespace";
        let asked_at = Instant::now();
        let mut client = self.client.clone();
        let request = DescribeNamespaceRequest { namespace: client.namespace(), ..Default::default() };
        let answer = client.describe_namespace(request.into_request());
        in_time(PING_MAX, doing, answer).await?.map_err(|status| GatewayError::outage(doing, status))?;
        Ok(asked_at.elapsed())
    }

    /// May this incoming file become a song?
    pub async fn screen_song(&self, incoming: BlobHash, max: Duration) -> Result<Screened, GatewayError> {
        self.screen(AudioActivities::screen_song, AUDIO, incoming, max).await
    }

    /// May this incoming file become a performance?
    pub async fn screen_performance(
        &self,
        incoming: BlobHash,
        max: Duration,
    ) -> Result<Screened, GatewayError> {
        self.screen(ChoreoActivities::screen_performance, CHOREO, incoming, max).await
    }

    async fn screen<A>(
        &self,
        activity: A,
        queue: &'static str,
        incoming: BlobHash,
        max: Duration,
    ) -> Result<Screened, GatewayError>
    where
        A: ActivityDefinition<Input = ScreenInput, Output = Screened>,
    {
        // Each upload is looked at for itself: an id of its own, never an earlier answer.
        let named = (format!("screen:{incoming}:{}", Uuid::now_v7()), format!("may {incoming} come in?"));
        self.ask("screening an upload", activity, queue, ScreenInput { incoming }, named, max).await
    }

    /// Changes the beat grid of a song.
    pub async fn correct_grid(
        &self,
        input: CorrectGridInput,
        max: Duration,
    ) -> Result<SongGrid, GatewayError> {
        let id = format!("grid:{}:{}:{}", input.song, input.revision, Uuid::now_v7());
        let named = (id, format!("change grid {} of {}", input.revision, input.song));
        self.ask("changing a grid", AudioActivities::correct_grid, AUDIO, input, named, max).await
    }

    /// Which eights of a song sound alike.
    pub async fn clusters(&self, input: SectionInput, max: Duration) -> Result<Clustered, GatewayError> {
        let id = format!("clusters:{}:{}", input.hearing, Uuid::now_v7());
        let named = (id, format!("which eights of {} sound alike", input.song));
        self.ask("clustering a song", AudioActivities::clustering, AUDIO, input, named, max).await
    }

    /// Has a take made anew that was dropped; whoever asks for the same at once waits for the same.
    pub async fn render_take(&self, take: &TakeKey, max: Duration) -> Result<Rendered, GatewayError> {
        let named = (format!("take:{take}"), "a take that was dropped".to_owned());
        let input = RenderTakeInput { take: take.clone() };
        self.ask("making a take anew", ProductActivities::render_take, PRODUCT, input, named, max).await
    }

    /// Runs an activity of its own, without a workflow, and waits for its result. `named`: id and summary.
    async fn ask<A: ActivityDefinition>(
        &self,
        doing: &'static str,
        activity: A,
        queue: &'static str,
        input: A::Input,
        (id, summary): (String, String),
        max: Duration,
    ) -> Result<A::Output, GatewayError> {
        let retries = RetryPolicy::builder().initial_interval(Duration::from_millis(200)).build();
        let options = ActivityStartOptions::with_schedule_to_close_timeout(queue, id, max)
            .id_conflict_policy(ActivityIdConflictPolicy::UseExisting)
            .retry_policy(retries)
            .summary(summary)
            .build();
        let asking = async {
            let handle = self.client.start_activity(activity, input, options).await;
            let handle = handle.map_err(|error| match error {
                StartActivityError::Rpc(status) => of_status(doing, status),
                other => GatewayError::outage(doing, other),
            })?;
            handle.result().await.map_err(|error| of_activity(doing, error))
        };
        // The server ends the activity by itself; the extra second is for its answer.
        in_time(max + Duration::from_secs(1), doing, asking).await?
    }

    /// Starts the hearing of a song, unless it is running.
    pub async fn start_hearing(&self, song: &SongId) -> Result<(), GatewayError> {
        let options = start_options(format!("song:{song}"));
        let input = HearingInput { song: song.clone() };
        let started = self.client.start_workflow(HearingWorkflow::run, input, options).await;
        of_start("starting a hearing", started)
    }

    /// Starts a choreography; one that was started under the same id stays as it is.
    pub async fn start_choreography(&self, input: ChoreographyInput) -> Result<(), GatewayError> {
        let mut options = start_options(input.id.workflow_id());
        options.id_reuse_policy = WorkflowIdReusePolicy::RejectDuplicate;
        let started = self.client.start_workflow(ChoreographyWorkflow::run, input, options).await;
        of_start("starting a choreography", started)
    }

    /// The state of a choreography, as of now.
    pub async fn state(&self, id: &ChoreographyId) -> Result<ChoreographyState, GatewayError> {
        let doing = "asking a choreography for its state";
        let handle = self.choreography(id);
        let answer = handle.query(ChoreographyWorkflow::state, (), query_options());
        in_time(QUERY_MAX, doing, answer).await?.map_err(|error| of_query(doing, error))
    }

    /// Selects a step. The same wish twice has one effect: its id is made of what it wishes.
    pub async fn select(&self, id: &ChoreographyId, wish: SelectStep) -> Result<Receipt, GatewayError> {
        let way = wish.mirrored.map_or("", |mirrored| if mirrored { "mirrored" } else { "plain" });
        let entered = wish.transition.map(|transition| format!(":{transition:?}")).unwrap_or_default();
        let update_id = format!("select:{}:{}:{way}:{}{entered}", wish.eight, wish.step, wish.revision);
        let handle = self.choreography(id);
        updating("selecting a step", || {
            let options = update_options(update_id.clone());
            handle.execute_update(ChoreographyWorkflow::select_step, wish.clone(), options)
        })
        .await
    }

    /// Takes a selection back.
    pub async fn unselect(&self, id: &ChoreographyId, wish: Unselect) -> Result<Receipt, GatewayError> {
        let update_id = format!("unselect:{}:{}", wish.eight, wish.revision);
        let handle = self.choreography(id);
        updating("taking a selection back", || {
            let options = update_options(update_id.clone());
            handle.execute_update(ChoreographyWorkflow::unselect, wish.clone(), options)
        })
        .await
    }

    /// Asks for other candidates.
    pub async fn reroll(&self, id: &ChoreographyId, wish: Reroll) -> Result<Receipt, GatewayError> {
        let update_id = format!("reroll:{}:{}", wish.eight, wish.revision);
        let handle = self.choreography(id);
        updating("re-rolling", || {
            let options = update_options(update_id.clone());
            handle.execute_update(ChoreographyWorkflow::reroll, wish.clone(), options)
        })
        .await
    }

    /// Has the rest chosen automatically.
    pub async fn auto(&self, id: &ChoreographyId, wish: Auto) -> Result<Receipt, GatewayError> {
        let update_id = format!("auto:{}", wish.revision);
        let handle = self.choreography(id);
        updating("choosing the rest", || {
            let options = update_options(update_id.clone());
            handle.execute_update(ChoreographyWorkflow::auto, wish.clone(), options)
        })
        .await
    }

    /// Finishes a choreography.
    pub async fn finish(&self, id: &ChoreographyId) -> Result<Receipt, GatewayError> {
        // Not one id for ever: a finish that was refused as incomplete may be asked again.
        let update_id = format!("finish:{}", Uuid::now_v7());
        let handle = self.choreography(id);
        updating("finishing a choreography", || {
            handle.execute_update(ChoreographyWorkflow::finish, (), update_options(update_id.clone()))
        })
        .await
    }

    /// Cancels a choreography.
    pub async fn cancel(&self, id: &ChoreographyId) -> Result<(), GatewayError> {
        let doing = "cancelling a choreography";
        let handle = self.choreography(id);
        let signal = handle.signal(ChoreographyWorkflow::cancel, (), WorkflowSignalOptions::default());
        in_time(UPDATE_MAX, doing, signal).await?.map_err(|error| of_interaction(doing, error))
    }

    /// A handle without run id follows a choreography into its later runs.
    fn choreography(&self, id: &ChoreographyId) -> WorkflowHandle<Client, ChoreographyWorkflow> {
        self.client.get_workflow_handle::<ChoreographyWorkflow>(id.workflow_id())
    }
}

fn start_options(workflow_id: String) -> WorkflowStartOptions {
    WorkflowStartOptions::new(CHOREO, workflow_id)
        .id_conflict_policy(WorkflowIdConflictPolicy::UseExisting)
        .id_reuse_policy(WorkflowIdReusePolicy::AllowDuplicate)
        .build()
}

fn query_options() -> WorkflowQueryOptions {
    let rpc = RpcOptions::builder().timeout(QUERY_MAX).retry_options(RetryOptions::no_retries()).build();
    WorkflowQueryOptions::builder().rpc_options(rpc).build()
}

fn update_options(update_id: String) -> WorkflowExecuteUpdateOptions {
    // The client waits a second and more when the server is full; a user does not.
    let rpc = RpcOptions::builder().retry_options(RetryOptions::no_retries()).build();
    WorkflowExecuteUpdateOptions::builder().update_id(update_id).rpc_options(rpc).build()
}

/// Tries an update until it is answered, the server stays full, or the time is over. Its id makes that safe.
async fn updating<T, F>(doing: &'static str, attempt: impl Fn() -> F) -> Result<T, GatewayError>
where
    F: Future<Output = Result<T, WorkflowUpdateError>>,
{
    let mut full = false;
    let trying = async {
        let mut pause = UPDATE_PAUSE;
        loop {
            match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(WorkflowUpdateError::Rpc(status)) if may_pass(status.code()) => {
                    full = status.code() == Code::ResourceExhausted;
                }
                Err(error) => return Err(of_update(doing, error)),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(UPDATE_PAUSE_MAX);
        }
    };
    match tokio::time::timeout(UPDATE_MAX, trying).await {
        Ok(answer) => answer,
        Err(_) if full => Err(GatewayError::Busy { doing }),
        Err(_) => Err(GatewayError::Silent { doing }),
    }
}

fn may_pass(code: Code) -> bool {
    matches!(code, Code::ResourceExhausted | Code::Unavailable | Code::Aborted)
}

async fn in_time<T>(
    max: Duration,
    doing: &'static str,
    answer: impl Future<Output = T>,
) -> Result<T, GatewayError> {
    tokio::time::timeout(max, answer).await.map_err(|_| GatewayError::Silent { doing })
}

fn of_status(doing: &'static str, status: tonic::Status) -> GatewayError {
    match status.code() {
        Code::NotFound => GatewayError::NotRunning,
        Code::ResourceExhausted => GatewayError::Busy { doing },
        Code::DeadlineExceeded => GatewayError::Silent { doing },
        _ => GatewayError::outage(doing, status),
    }
}

fn of_start<T>(doing: &'static str, started: Result<T, WorkflowStartError>) -> Result<(), GatewayError> {
    match started {
        Ok(_) | Err(WorkflowStartError::AlreadyStarted { .. }) => Ok(()),
        Err(WorkflowStartError::Rpc(status)) => Err(of_status(doing, status)),
        Err(error) => Err(GatewayError::outage(doing, error)),
    }
}

fn of_query(doing: &'static str, error: WorkflowQueryError) -> GatewayError {
    match error {
        WorkflowQueryError::NotFound(_) => GatewayError::NotRunning,
        WorkflowQueryError::Rpc(status) => of_status(doing, status),
        other => GatewayError::outage(doing, other),
    }
}

fn of_interaction(doing: &'static str, error: WorkflowInteractionError) -> GatewayError {
    match error {
        WorkflowInteractionError::NotFound(_) => GatewayError::NotRunning,
        WorkflowInteractionError::Rpc(status) => of_status(doing, status),
        other => GatewayError::outage(doing, other),
    }
}

fn of_update(doing: &'static str, error: WorkflowUpdateError) -> GatewayError {
    match error {
        WorkflowUpdateError::NotFound(_) => GatewayError::NotRunning,
        WorkflowUpdateError::Failed(failure) => match failure.message.parse() {
            Ok(code) => GatewayError::Refused { code, limit: None },
            Err(_) => GatewayError::outage(doing, failure.message),
        },
        WorkflowUpdateError::Rpc(status) => of_status(doing, status),
        other => GatewayError::outage(doing, other),
    }
}

fn of_activity(doing: &'static str, error: ActivityResultError) -> GatewayError {
    match error {
        ActivityResultError::ActivityFailed(IncomingError::Application(failure)) => {
            match failure.type_name().and_then(|name| name.parse::<FailureCode>().ok()) {
                Some(FailureCode::Unavailable | FailureCode::Internal) | None => {
                    GatewayError::outage(doing, failure.to_string())
                }
                Some(code) => {
                    let text = failure.source_error().to_string();
                    let is_limit = text != code.as_str() && (1..=LIMIT_MAX_BYTES).contains(&text.len());
                    let limit = is_limit.then_some(text);
                    GatewayError::Refused { code, limit }
                }
            }
        }
        ActivityResultError::ActivityFailed(IncomingError::Timeout(_)) | ActivityResultError::TimedOut(_) => {
            GatewayError::Silent { doing }
        }
        ActivityResultError::Rpc(status) => of_status(doing, status),
        other => GatewayError::outage(doing, other),
    }
}
