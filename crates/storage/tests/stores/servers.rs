//! Real servers as children, each in a folder and on a port of its own, gone when the test is.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a server may take until it answers; the machine may be busy.
const START_WAIT: Duration = Duration::from_mins(3);

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until something is true.
pub async fn until(what: &str, mut check: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !check().await {
        assert!(started.elapsed() < START_WAIT, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A child that is killed with its owner.
pub struct Server(Child);

impl Server {
    fn start(command: &mut Command, log: &Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let name = command.get_program().to_string_lossy().into_owned();
        let child =
            command.spawn().unwrap_or_else(|e| panic!("{name} is needed (scripts/setup installs it): {e}"));
        Self(child)
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, signal).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A Redis server.
pub struct Redis {
    pub server: Option<Server>,
    folder: TempDir,
    port: u16,
}

impl Redis {
    pub async fn start() -> Self {
        let mut redis = Self { server: None, folder: tempfile::tempdir().unwrap(), port: free_port() };
        redis.restart().await;
        redis
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn client(&self) -> redis::Client {
        redis::Client::open(self.address()).unwrap()
    }

    pub async fn connection(&self) -> redis::aio::MultiplexedConnection {
        self.client().get_multiplexed_async_connection().await.unwrap()
    }

    /// Starts it, or starts it anew, empty and on the same port.
    pub async fn restart(&mut self) {
        self.server = None;
        let mut command = Command::new("redis-server");
        command.current_dir(&self.folder).args(["--port", &self.port.to_string()]);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        self.server = Some(Server::start(&mut command, &self.folder.path().join("log")));
        let client = self.client();
        until("Redis answers", async || client.get_multiplexed_async_connection().await.is_ok()).await;
    }
}

/// A MariaDB server: what `mysql://` addresses are tested against.
pub struct MariaDb {
    server: Option<Server>,
    folder: TempDir,
    port: u16,
}

impl MariaDb {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = format!("--datadir={}", folder.path().join("data").display());
        let installed = Command::new("mariadb-install-db")
            .args(["--no-defaults", &data, "--user=root", "--auth-root-authentication-method=normal"])
            .args(["--skip-test-db"])
            .output()
            .unwrap_or_else(|e| panic!("mariadb-server is needed (scripts/setup installs it): {e}"));
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
        let mut mariadb = Self { server: None, folder, port: free_port() };
        mariadb.restart().await;
        mariadb
    }

    /// Kills it, if it runs, and starts it on the same folder and port.
    pub async fn restart(&mut self) {
        self.server = None;
        let folder = self.folder.path();
        let mut command = Command::new("mariadbd");
        command.args(["--no-defaults", "--user=root", "--bind-address=127.0.0.1"]);
        command.arg(format!("--datadir={}", folder.join("data").display()));
        command.arg(format!("--port={}", self.port));
        command.arg(format!("--socket={}", folder.join("socket").display()));
        // What was committed must survive a kill, but not a power cut.
        command.args(["--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=32M"]);
        self.server = Some(Server::start(&mut command, &folder.join("log")));
        let root = self.address("mysql");
        until("MariaDB answers", async || sqlx::MySqlPool::connect(&root).await.is_ok()).await;
    }

    pub fn address(&self, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates a database; gives its address.
    pub async fn database(&self, name: &'static str) -> String {
        let root = sqlx::MySqlPool::connect(&self.address("mysql")).await.unwrap();
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} CHARACTER SET latin1"));
        sqlx::query(create).execute(&root).await.unwrap();
        self.address(name)
    }
}

/// The keys of [`S3`].
pub const S3_KEYS: (&str, &str) = ("reader", "secret-of-the-reader");

/// An S3 server over a folder.
pub struct S3 {
    folder: TempDir,
    port: u16,
    serving: tokio::task::JoinHandle<()>,
}

impl S3 {
    /// With one bucket, `eightcount`.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("eightcount")).unwrap();
        let mut service =
            s3s::service::S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(s3s::auth::SimpleAuth::from_single(S3_KEYS.0, S3_KEYS.1));
        let service = service.build();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let executor = hyper_util::rt::TokioExecutor::new();
                    let socket = hyper_util::rt::TokioIo::new(socket);
                    let builder = hyper_util::server::conn::auto::Builder::new(executor);
                    let _ = builder.serve_connection(socket, service).await;
                });
            }
        });
        Self { folder, port, serving }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where an object of the bucket lies.
    pub fn object(&self, key: &str) -> PathBuf {
        self.folder.path().join("eightcount").join(key)
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
