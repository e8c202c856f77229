//! The service inside this process: stores, workers and API, over servers that are given or embedded.

use crate::{
    args::QueueArgs,
    config::{Addresses, ServerArgs},
    embedded::{Embedded, Ports},
    exit, programs,
    signals::Signals,
    temporal,
};
use anyhow::{Context, anyhow, bail};
use eightcount_activities::{WorkersConfig, run_workers};
use eightcount_api::{ApiConfig, Limits as ApiLimits};
use eightcount_media::{Launcher, Limits, Media, Tools};
use eightcount_storage::{Storage, StorageError};
use std::{io::ErrorKind, net::SocketAddr, path::PathBuf, sync::Arc, thread, time::Duration};
use temporalio_client::{Client, Url};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// How long workers and API may take to hand back what they are doing.
const GRACE: Duration = Duration::from_secs(9);

/// What every part of the service stands on.
pub struct Foundation {
    /// Temporal.
    pub client: Client,
    /// Records, blobs, shared view.
    pub storage: Arc<Storage>,
}

impl Foundation {
    /// Opens everything at `addresses`; tables and search attributes are brought up to date.
    pub async fn open(addresses: &Addresses) -> anyhow::Result<Self> {
        let storage = open_storage(addresses).await?;
        storage.migrate().await.context("bringing the databases up to date")?;
        let client = temporal::connect(&addresses.temporal, &addresses.namespace).await?;
        temporal::ensure_search_attributes(&client).await?;
        Ok(Self { client, storage: Arc::new(storage) })
    }
}

/// Opens the stores, telling apart what is wrong from what is away.
pub async fn open_storage(addresses: &Addresses) -> anyhow::Result<Storage> {
    Storage::connect(&addresses.storage()).await.map_err(|error| {
        let refusal = match &error {
            StorageError::BadAddress { .. } => exit::Refusal::Usage,
            _ => exit::Refusal::Missing,
        };
        anyhow!(error).context(refusal("the stores cannot be opened".to_owned()))
    })
}

/// The media tools of this machine, confined by our own launcher.
pub fn media() -> anyhow::Result<Media> {
    let tools = Tools::find().map_err(|error| {
        let missing = exit::Refusal::Missing(error.to_string());
        anyhow!(error.source).context(missing)
    })?;
    Ok(Media::new(tools, launcher()?, Limits::default()))
}

/// Starts children through this very program.
pub fn launcher() -> anyhow::Result<Launcher> {
    Launcher::current_exe().context("finding the running program")
}

/// Runs the workers until `stop`. `scratch` is their folder for half-made files.
pub fn start_workers(
    foundation: &Foundation,
    work: QueueArgs,
    scratch: PathBuf,
    stop: CancellationToken,
) -> anyhow::Result<JoinHandle<anyhow::Result<()>>> {
    let config = WorkersConfig {
        queues: work.queues,
        client: foundation.client.clone(),
        storage: Arc::clone(&foundation.storage),
        media: media()?,
        pose_models: programs::pose_models(),
        scratch,
        takes_max_bytes: work.takes_max_bytes,
        mezzanine_fps: work.mezzanine_fps,
        cores: work.cores.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from)),
    };
    Ok(tokio::spawn(async move { run_workers(config, stop).await.context("running the workers") }))
}

/// Binds the API's address.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("listening on {address} (is it taken? another --port, or --port 0 for any free one)")
    })
}

/// Serves the API until `stop`.
pub fn start_api(
    foundation: &Foundation,
    listener: TcpListener,
    temporal_ui: Option<&str>,
    limits: ApiLimits,
    stop: CancellationToken,
) -> JoinHandle<anyhow::Result<()>> {
    let config = ApiConfig { temporal_ui: temporal_ui.and_then(|url| Url::parse(url).ok()), limits };
    let (client, storage) = (foundation.client.clone(), Arc::clone(&foundation.storage));
    tokio::spawn(async move {
        eightcount_api::serve(listener, client, storage, config, stop).await.context("serving the API")
    })
}

/// The URL on which a client on this machine reaches a listening address.
pub fn url_of(listener: &TcpListener) -> anyhow::Result<String> {
    let mut address = listener.local_addr().context("finding the API's port")?;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    Ok(format!("http://{address}"))
}

/// What to run, and where.
pub struct ServiceConfig {
    /// The data folder.
    pub data: PathBuf,
    /// Where the API listens.
    pub listen: SocketAddr,
    /// What the API takes.
    pub limits: ApiLimits,
    /// Ports of the children.
    pub ports: Ports,
    /// What the workers work on.
    pub work: QueueArgs,
    /// No workers here: they run apart.
    pub without_workers: bool,
    /// Servers to use instead of children.
    pub servers: ServerArgs,
}

/// Everything on this machine, running.
pub struct Service {
    /// Where the API answers.
    pub url: String,
    embedded: Embedded,
    parts: Parts,
}

impl Service {
    /// Starts everything; returns when the API answers.
    pub async fn start(config: ServiceConfig) -> anyhow::Result<Self> {
        let launcher = launcher()?;
        // Without its tools a worker would fail every task: better not start.
        media()?;
        let listener = listen(config.listen).await?;
        let embedded = Embedded::start(&config.data, &config.servers, &config.ports, &launcher).await?;
        let foundation = Foundation::open(&embedded.addresses).await?;
        sweep(&embedded, &foundation.storage, &config.servers).await?;
        let parts = Parts::new();
        let url = url_of(&listener)?;
        let temporal_ui = embedded.temporal_ui_url.as_deref();
        let api = start_api(&foundation, listener, temporal_ui, config.limits, parts.stop.clone());
        let mut service = Self { url, embedded, parts };
        service.parts.add("the API", api);
        if !config.without_workers {
            let scratch = service.embedded.data.join("scratch");
            let workers = start_workers(&foundation, config.work, scratch, service.parts.stop.clone())?;
            service.parts.add("the workers", workers);
        }
        service.embedded.publish(&service.url)?;
        Ok(service)
    }

    /// The children, for what is printed.
    pub fn embedded(&self) -> &Embedded {
        &self.embedded
    }

    /// Waits for a part to end by itself, which none should.
    pub async fn ended(&mut self) -> anyhow::Error {
        self.parts.ended().await
    }

    /// Stops everything: first what works, then what it stands on.
    pub async fn stop(self) -> anyhow::Result<()> {
        let stopped = self.parts.stop().await;
        self.embedded.stop().await;
        stopped
    }
}

/// Removes the half-made files of a crashed instance. The folder's lock says that it is gone; a worker that runs
/// apart on the same folder does its task again.
async fn sweep(embedded: &Embedded, storage: &Storage, servers: &ServerArgs) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(embedded.data.join("scratch")) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).context("emptying the scratch folder");
        }
        _ => {}
    }
    if servers.blobs_url.is_none() {
        let swept =
            storage.blobs.sweep_temporary(Duration::ZERO).await.context("sweeping the blob folder")?;
        if swept > 0 {
            tracing::info!(swept, "removed the half-made files of a crashed instance");
        }
    }
    Ok(())
}

/// Parts that run until they are told to stop.
pub struct Parts {
    /// Cancelled to stop them.
    pub stop: CancellationToken,
    running: Vec<(&'static str, JoinHandle<anyhow::Result<()>>)>,
}

impl Parts {
    /// None yet.
    pub fn new() -> Self {
        Self { stop: CancellationToken::new(), running: Vec::new() }
    }

    /// One more.
    pub fn add(&mut self, name: &'static str, part: JoinHandle<anyhow::Result<()>>) {
        self.running.push((name, part));
    }

    /// Waits until one ends that was not told to.
    pub async fn ended(&mut self) -> anyhow::Error {
        let (result, index, _) =
            futures::future::select_all(self.running.iter_mut().map(|(_, part)| part)).await;
        let (name, _) = self.running.swap_remove(index);
        match result {
            Ok(Ok(())) => anyhow!("{name} ended unasked"),
            Ok(Err(error)) => error,
            Err(error) => anyhow!(error).context(format!("{name} crashed")),
        }
    }

    /// Waits for a signal or a part that ends by itself, then stops all; a second signal ends the process at once.
    pub async fn until_signal(mut self, mut signals: Signals) -> anyhow::Result<()> {
        let ended = tokio::select! {
            error = self.ended() => Err(error),
            () = signals.next() => Ok(()),
        };
        signals.end_at_next();
        let stopped = self.stop().await;
        ended.and(stopped)
    }

    /// Tells all to stop, and waits for them: nine seconds, then they are cut off.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        let late: Vec<_> = self.running.iter().map(|(_, part)| part.abort_handle()).collect();
        let all = futures::future::join_all(self.running.into_iter().map(|(name, part)| async move {
            match part.await {
                Ok(result) => result,
                Err(error) if error.is_cancelled() => Ok(()),
                Err(error) => bail!(anyhow!(error).context(format!("{name} crashed"))),
            }
        }));
        let Ok(results) = timeout(GRACE, all).await else {
            tracing::warn!("what was still being done is cut off; it will be done again");
            late.iter().for_each(tokio::task::AbortHandle::abort);
            return Ok(());
        };
        results.into_iter().collect()
    }
}
