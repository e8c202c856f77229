//! A running service: `eightcount up` and the parts that can be run apart.

use crate::{http::Http, processes, programs, wait::until};
use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use serde::Deserialize;
use std::{
    env,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output},
    time::Duration,
};

/// A busy machine starts a Temporal server in this time.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// Stopping hands back what is running, which takes ten seconds at most.
const STOPPED_WITHIN: Duration = Duration::from_secs(30);

/// What `eightcount.json` tells.
#[derive(Clone, Debug, Deserialize)]
struct Facts {
    pid: u32,
    api_url: String,
    temporal_address: String,
    redis_url: String,
}

/// `eightcount up` on a data folder. Dropped, it is killed.
#[derive(Debug)]
pub struct Instance {
    part: PartProcess,
    facts: Facts,
    /// Speaks to its API.
    pub http: Http,
}

impl Instance {
    /// Starts everything and waits until it is ready.
    pub async fn start(data: &Path) -> Result<Self> {
        Self::start_with(data, &[]).await
    }

    /// The same without workers; they run apart.
    pub async fn start_without_workers(data: &Path) -> Result<Self> {
        Self::start_with(data, &["--without-workers"]).await
    }

    /// The same with more arguments.
    pub async fn start_with(data: &Path, more: &[&str]) -> Result<Self> {
        let mut arguments = vec!["up", "--port", "0"];
        arguments.extend(more);
        let mut part = PartProcess::spawn(data, "up", &arguments)?;
        let own = part.child.id();
        let facts = until("`eightcount up` is ready", READY_WITHIN, async || {
            part.still_runs()?;
            // A killed instance leaves its file behind.
            let text = fs::read(data.join("eightcount.json")).ok();
            let facts = text.and_then(|text| serde_json::from_slice::<Facts>(&text).ok());
            Ok(facts.filter(|facts| facts.pid == own))
        })
        .await?;
        let http = Http::new(&facts.api_url)?;
        until("every part answers", READY_WITHIN, async || {
            part.still_runs()?;
            Ok(http.get("/readyz").await?.json::<serde_json::Value>().ok())
        })
        .await?;
        Ok(Self { part, facts, http })
    }

    /// A second one on the same folder, to its end: how it ended and what it said.
    pub fn start_again(data: &Path) -> Result<(ExitStatus, String)> {
        let done = command(data, &["up", "--port", "0"])?.output().context("starting a second instance")?;
        Ok((done.status, String::from_utf8_lossy(&done.stderr).into_owned()))
    }

    /// `host:port` of its Temporal server.
    pub fn temporal_address(&self) -> &str {
        &self.facts.temporal_address
    }

    /// `host:port` of its Redis.
    pub fn redis_address(&self) -> &str {
        self.facts.redis_url.trim_start_matches("redis://").trim_end_matches('/')
    }

    /// The process of a server that it keeps running, `temporal` or `redis`.
    pub fn server(&self, name: &str) -> Result<i32> {
        let file = self.part.data.join("run").join(format!("{name}.pid"));
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        text.trim().parse().with_context(|| format!("{} holds no process id", file.display()))
    }

    /// Stops it like an operator does; it must end well.
    pub async fn stop(self) -> Result<()> {
        self.part.stop().await
    }

    /// Kills it like a power cut does.
    pub fn kill(self) {
        drop(self);
    }
}

/// One process of the service. Dropped, it is killed.
#[derive(Debug)]
pub struct PartProcess {
    child: Child,
    data: PathBuf,
    log: PathBuf,
}

impl PartProcess {
    /// `eightcount worker` beside a running instance, once it is ready.
    pub async fn worker(data: &Path) -> Result<Self> {
        Self::worker_of(data, "audio,choreo,product").await
    }

    /// The same for some queues.
    pub async fn worker_of(data: &Path, queues: &str) -> Result<Self> {
        let mut worker = Self::spawn(data, "worker", &["worker", "--queues", queues])?;
        until("the worker is ready", READY_WITHIN, async || {
            worker.still_runs()?;
            let said = fs::read_to_string(&worker.log)?;
            Ok(said.lines().any(|line| line == "ready").then_some(()))
        })
        .await?;
        Ok(worker)
    }

    fn spawn(data: &Path, name: &str, arguments: &[&str]) -> Result<Self> {
        let logs = data.join("log");
        fs::create_dir_all(&logs)?;
        let number = fs::read_dir(&logs)?.count();
        let log = logs.join(format!("{name}-{number}.out"));
        let file: File = OpenOptions::new().create(true).append(true).open(&log)?;
        let mut command = command(data, arguments)?;
        command.stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("starting `eightcount {name}`"))?;
        Ok(Self { child, data: data.to_owned(), log })
    }

    /// All that it has said.
    pub fn said(&self) -> Result<String> {
        fs::read_to_string(&self.log).context("reading what a process said")
    }

    fn still_runs(&mut self) -> Result<()> {
        let ended = self.child.try_wait()?;
        ensure!(ended.is_none(), "it ended with {ended:?}:\n{}", self.last_words());
        Ok(())
    }

    fn last_words(&self) -> String {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = said.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Asks it to end; it must end well.
    pub async fn stop(mut self) -> Result<()> {
        processes::kill(self.child.id().cast_signed(), Signal::TERM)?;
        let status = until("it ends", STOPPED_WITHIN, async || Ok(self.child.try_wait()?))
            .await
            .with_context(|| self.last_words())?;
        ensure!(status.success(), "it ended with {status}:\n{}", self.last_words());
        Ok(())
    }

    /// Kills it like a power cut does.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for PartProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client command, run to its end.
pub fn run_command(data: &Path, arguments: &[&str]) -> Result<Output> {
    let name = arguments.first().copied().unwrap_or_default();
    command(data, arguments)?.output().with_context(|| format!("running `eightcount {name}`"))
}

/// The program without the settings of whoever runs the tests.
fn command(data: &Path, arguments: &[&str]) -> Result<Command> {
    let mut command = programs::dying_with_us(&programs::eightcount()?);
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("EIGHTCOUNT_")) {
        command.env_remove(name);
    }
    command.env("EIGHTCOUNT_TEMPORAL_BIN", programs::temporal()?);
    command.args(arguments).arg("--data").arg(data);
    Ok(command)
}
