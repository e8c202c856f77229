//! Running the workers of some queues until told to stop.

use crate::desk::Desk;
use crate::queues::{Audio, Choreo, Product};
use crate::scratch::Scratch;
use eightcount_domain::FrameRate;
use eightcount_media::Media;
use eightcount_pose::Models;
use eightcount_storage::Storage;
use eightcount_workflows::contract::Queue;
use eightcount_workflows::{ChoreographyWorkflow, HearingWorkflow, IngestWorkflow};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use temporalio_client::Client;
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::runtime::worker_tuner::{FixedSizeSlotSupplier, TunerHolder};
use temporalio_sdk::{Runtime, Worker, WorkerOptions};
use tokio_util::sync::CancellationToken;

/// Time that running activities get to end by themselves when the worker stops; then they are cancelled and
/// another worker takes them up.
const GRACE: Duration = Duration::from_secs(3);
/// A dead worker's workflows move to another worker after this.
const STICKY: Duration = Duration::from_secs(2);
/// Heartbeats are passed on this often, so that a cancelled activity learns it soon.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);
/// Workflows kept in memory: a waiting choreography costs some kilobytes.
const CACHED_WORKFLOWS: usize = 500;
/// Product activities that may wait for their turn at the processors.
const WAITING: usize = 2;

/// What the workers need.
pub struct WorkersConfig {
    /// Which queues to serve.
    pub queues: Vec<Queue>,
    /// The Temporal client.
    pub client: Client,
    /// Records, shared view and blobs.
    pub storage: Arc<Storage>,
    /// ffmpeg and how it is started.
    pub media: Media,
    /// Folder of the pose models; none, or without them: movement is measured by the picture's change.
    pub pose_models: Option<PathBuf>,
    /// Folder for half-made files; on the blobs' disk a finished file moves by its name.
    pub scratch: PathBuf,
    /// Frame rate of performances that are ingested.
    pub mezzanine_fps: FrameRate,
    /// Processor cores to use: so many takes are rendered at once.
    pub cores: usize,
    /// Bytes of takes that are kept; none: all.
    pub takes_max_bytes: Option<u64>,
}

/// Why the workers stopped.
#[derive(Debug, thiserror::Error)]
pub enum WorkersError {
    /// The scratch folder cannot be used.
    #[error("the scratch folder {} cannot be used", path.display())]
    Scratch {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The worker of a queue could not start, or ended by a fault.
    #[error("the worker of queue {queue}: {reason}")]
    Worker {
        /// Which.
        queue: &'static str,
        /// Why.
        reason: String,
    },
}

/// Serves the queues until `shutdown`; then lets running activities end, cancels those that do not, and returns.
/// When one worker fails, all are stopped and its error is returned.
pub async fn run_workers(config: WorkersConfig, shutdown: CancellationToken) -> Result<(), WorkersError> {
    let unusable = |source| WorkersError::Scratch { path: config.scratch.clone(), source };
    // Held until every worker has ended.
    let scratch = Scratch::open(&config.scratch).map_err(unusable)?;
    let models = config.pose_models.as_deref().and_then(pose_models);
    let caps = (config.cores, config.takes_max_bytes);
    let (media, rate) = (config.media, config.mezzanine_fps);
    let desk = Arc::new(Desk::new(config.storage, media, models, rate, scratch.path(), caps));
    let stop = shutdown.child_token();
    let mut threads = Vec::new();
    for queue in config.queues {
        let (client, desk, stop) = (config.client.clone(), Arc::clone(&desk), stop.clone());
        let cores = config.cores.max(1);
        threads.push((queue, start(queue, client, desk, cores, stop)?));
    }
    let mut outcome = Ok(());
    for (queue, thread) in threads {
        let ended = tokio::task::spawn_blocking(move || thread.join()).await;
        let reason = match ended {
            Ok(Ok(Ok(()))) => continue,
            Ok(Ok(Err(reason))) => reason,
            Ok(Err(_)) | Err(_) => "it panicked".to_owned(),
        };
        outcome = outcome.and(Err(WorkersError::Worker { queue: queue.name(), reason }));
    }
    outcome
}

fn pose_models(folder: &Path) -> Option<Models> {
    match Models::load(folder) {
        Ok(models) => Some(models),
        Err(error) => {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(%error, source, "dancers' joints will not be looked for");
            None
        }
    }
}

/// A worker's future cannot move between threads: each gets a thread of its own.
fn start(
    queue: Queue,
    client: Client,
    desk: Arc<Desk>,
    cores: usize,
    stop: CancellationToken,
) -> Result<JoinHandle<Result<(), String>>, WorkersError> {
    let runtime = tokio::runtime::Handle::current();
    let serve = move || {
        // A worker that ends, for whatever reason, takes the others with it: half a service only looks alive.
        let _stop_all = stop.clone().drop_guard();
        runtime.block_on(serve(queue, client, desk, cores, stop))
    };
    let thread = std::thread::Builder::new().name(format!("worker-{}", queue.name())).spawn(serve);
    thread.map_err(|error| WorkersError::Worker { queue: queue.name(), reason: error.to_string() })
}

async fn serve(
    queue: Queue,
    client: Client,
    desk: Arc<Desk>,
    cores: usize,
    stop: CancellationToken,
) -> Result<(), String> {
    let runtime = Runtime::from_current_tokio(RuntimeOptions::default()).map_err(|e| e.to_string())?;
    let options = options(queue, desk, cores)?;
    let mut worker = Worker::new(&runtime, client, options).map_err(|e| e.to_string())?;
    let shut_down = worker.shutdown_handle();
    let stopping = tokio::spawn(async move {
        stop.cancelled().await;
        shut_down();
    });
    tracing::info!(queue = queue.name(), "serving");
    let served = worker.run().await;
    stopping.abort();
    tracing::info!(queue = queue.name(), "stopped");
    served.map_err(|error| error.to_string())
}

fn options(queue: Queue, desk: Arc<Desk>, cores: usize) -> Result<WorkerOptions, String> {
    // Product activities are ffmpeg at work, and take turns at that: a few more than cores, so that what was selected has
    // not to wait until all previews of somebody are rendered. The others mostly wait.
    let activities = if queue == Queue::Product { cores + WAITING } else { 4 * cores.max(4) };
    let tuner = TunerHolder::builder()
        .workflow_task_slot_supplier(FixedSizeSlotSupplier::new(16 * cores))
        .activity_task_slot_supplier(FixedSizeSlotSupplier::new(activities))
        .local_activity_task_slot_supplier(FixedSizeSlotSupplier::new(16 * cores))
        .nexus_task_slot_supplier(FixedSizeSlotSupplier::new(1))
        .build();
    let options = WorkerOptions::new(queue.name())
        .tuner(tuner)
        .max_cached_workflows(CACHED_WORKFLOWS)
        .graceful_shutdown_period(GRACE)
        .sticky_queue_schedule_to_start_timeout(STICKY)
        .max_heartbeat_throttle_interval(HEARTBEAT_EVERY)
        .default_heartbeat_throttle_interval(HEARTBEAT_EVERY);
    Ok(match queue {
        Queue::Audio => options.register_activities(Audio(desk)).build(),
        Queue::Product => options.register_activities(Product(desk)).build(),
        Queue::Choreo => options
            .register_activities(Choreo(desk))
            .register_workflow::<ChoreographyWorkflow>()
            .and_then(temporalio_sdk::WorkerOptionsBuilder::register_workflow::<HearingWorkflow>)
            .and_then(temporalio_sdk::WorkerOptionsBuilder::register_workflow::<IngestWorkflow>)
            .map_err(|error| error.to_string())?
            .build(),
    })
}
