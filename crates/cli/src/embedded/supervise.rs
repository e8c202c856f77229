//! Keeps a child process running: starts it again when it dies, stops it when asked, leaves none behind.
//!
//! Each child has a thread of its own, for two reasons. The parent-death signal fires when the *thread* that
//! started a child ends, so that thread must live as long as the child is wanted. And the thread alone owns the
//! child, so no signal can ever reach a process that took over a dead child's id.

use anyhow::Context;
use eightcount_media::{Confinement, Launcher, ParentDeath};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::{Child, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How long a child may take to stop by itself.
const GRACE: Duration = Duration::from_secs(3);
/// How often a child is looked at.
const TICK: Duration = Duration::from_millis(100);
/// First and longest pause before a dead child is started again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));
/// A child that lived this long was well: the next pause is the first one again.
const WELL: Duration = Duration::from_secs(30);
/// A log file larger than this is put aside before the next start.
const LOG_LIMIT_BYTES: u64 = 10 * 1024 * 1024;

/// What to run.
#[derive(Clone, Debug)]
pub struct ChildSpec {
    /// Names its log and process id files, and is what people read.
    pub name: &'static str,
    /// How it is started.
    pub launcher: Launcher,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The data folder: log in `log/`, process id in `run/`.
    pub data: PathBuf,
}

impl ChildSpec {
    fn log(&self) -> PathBuf {
        self.data.join("log").join(format!("{}.log", self.name))
    }

    fn pid_file(&self) -> PathBuf {
        self.data.join("run").join(format!("{}.pid", self.name))
    }
}

enum Order {
    Stop,
}

/// A child that is kept running. Dropped, it is killed.
#[derive(Debug)]
pub struct Supervised {
    name: &'static str,
    orders: Option<mpsc::Sender<Order>>,
    deaths: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
}

impl Supervised {
    /// Starts the child and keeps it running.
    pub fn start(spec: ChildSpec) -> anyhow::Result<Self> {
        let name = spec.name;
        let (orders, inbox) = mpsc::channel();
        let (first, started) = mpsc::channel();
        let deaths = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&deaths);
        let thread = thread::Builder::new()
            .name(format!("keep-{name}"))
            .spawn(move || keep(&spec, &inbox, &first, &counter))
            .with_context(|| format!("starting the thread that keeps {name}"))?;
        started.recv().with_context(|| format!("starting {name}"))??;
        Ok(Self { name, orders: Some(orders), deaths, thread: Some(thread) })
    }

    /// How often it died so far.
    pub fn deaths(&self) -> u32 {
        self.deaths.load(Ordering::Relaxed)
    }

    /// Stops the child: SIGTERM, three seconds, SIGKILL. Returns when it is gone.
    pub async fn stop(mut self) {
        if let Some(orders) = &self.orders {
            let _ = orders.send(Order::Stop);
        }
        let name = self.name;
        if let Some(thread) = self.thread.take()
            && let Ok(Err(_)) = tokio::task::spawn_blocking(move || thread.join()).await
        {
            tracing::error!(child = name, "the thread that kept it panicked");
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // A closed channel means: kill at once.
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's work: start, watch, start again, until told to stop.
fn keep(
    spec: &ChildSpec,
    inbox: &mpsc::Receiver<Order>,
    first: &mpsc::Sender<anyhow::Result<()>>,
    deaths: &AtomicU32,
) {
    let mut pause = PAUSES.0;
    let mut announced = false;
    loop {
        let since = Instant::now();
        match spawn(spec) {
            Ok(child) => {
                if !announced {
                    let _ = first.send(Ok(()));
                    announced = true;
                }
                match watch(child, inbox) {
                    Ending::Stopped => break,
                    Ending::Died(status) => {
                        tracing::warn!(child = spec.name, %status, log = %spec.log().display(), "it died; starting it again");
                    }
                }
            }
            Err(error) if !announced => {
                let _ = first.send(Err(error));
                return;
            }
            Err(error) => {
                tracing::error!(child = spec.name, error = format!("{error:#}"), "it cannot be started");
            }
        }
        deaths.fetch_add(1, Ordering::Relaxed);
        pause = if since.elapsed() > WELL { PAUSES.0 } else { pause };
        if !matches!(inbox.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
            break;
        }
        pause = (pause * 2).min(PAUSES.1);
    }
    let _ = fs::remove_file(spec.pid_file());
}

enum Ending {
    Stopped,
    Died(ExitStatus),
}

fn watch(mut child: Child, inbox: &mpsc::Receiver<Order>) -> Ending {
    loop {
        match inbox.recv_timeout(TICK) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Order::Stop) => {
                end(&mut child, GRACE);
                return Ending::Stopped;
            }
            Err(RecvTimeoutError::Disconnected) => {
                end(&mut child, Duration::ZERO);
                return Ending::Stopped;
            }
        }
        if is_dead(&child) {
            // What it started itself must not hold its port.
            signal_group(&child, Signal::KILL);
            if let Ok(status) = child.wait() {
                return Ending::Died(status);
            }
        }
    }
}

fn end(child: &mut Child, grace: Duration) {
    signal_group(child, Signal::TERM);
    let deadline = Instant::now() + grace;
    while Instant::now() < deadline && !is_dead(child) {
        thread::sleep(Duration::from_millis(20));
    }
    signal_group(child, Signal::KILL);
    let _ = child.wait();
}

/// Has it ended? It stays a zombie, so its process group's id cannot pass to someone else yet.
fn is_dead(child: &Child) -> bool {
    let Some(pid) = pid_of(child) else { return true };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(pid), options), Ok(None) | Err(rustix::io::Errno::INTR))
}

fn pid_of(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// The launcher makes the child lead a process group of its own (so that Ctrl-C in a terminal reaches us alone): signal all of it.
fn signal_group(child: &Child, signal: Signal) {
    if let Some(pid) = pid_of(child) {
        let _ = kill_process_group(pid, signal);
    }
}

fn spawn(spec: &ChildSpec) -> anyhow::Result<Child> {
    let log = open_log(&spec.log())?;
    // Servers close their files when they are asked to end, and need no limits of ours.
    let confinement = Confinement { parent_death: ParentDeath::Terminate, ..Confinement::default() };
    let mut command = spec.launcher.command(&confinement, &spec.program, &spec.arguments);
    // A home without the user's configuration files.
    command.env("HOME", &spec.data).current_dir(&spec.data);
    command.stdout(log.try_clone().context("opening the log")?).stderr(log);
    let mut child = command.spawn().with_context(|| format!("starting {}", spec.program.display()))?;
    let pid_file = spec.pid_file();
    if let Err(error) = fs::write(&pid_file, child.id().to_string()) {
        end(&mut child, Duration::ZERO);
        return Err(error).with_context(|| format!("writing {}", pid_file.display()));
    }
    Ok(child)
}

fn open_log(path: &Path) -> anyhow::Result<File> {
    if fs::metadata(path).is_ok_and(|log| log.len() > LOG_LIMIT_BYTES) {
        let _ = fs::rename(path, path.with_extension("log.1"));
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("opening {}", path.display()))
}
