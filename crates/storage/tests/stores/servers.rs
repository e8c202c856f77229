//! Real servers as children, each in a folder and on a port of its own, gone when the test is.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a server may take until it answers; the machine may be busy.
const START_WAIT: Duration = Duration::from_secs(60);

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until something is true.
pub async fn until<F: Future<Output = bool>>(what: &str, mut check: impl FnMut() -> F) {
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
    _server: Server,
    _folder: TempDir,
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
        let port = free_port();
        let mut command = Command::new("mariadbd");
        command.args(["--no-defaults", &data, "--user=root", "--bind-address=127.0.0.1"]);
        command.arg(format!("--port={port}"));
        command.arg(format!("--socket={}", folder.path().join("socket").display()));
        // Nothing here must survive a power cut.
        command.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M"]);
        let server = Server::start(&mut command, &folder.path().join("log"));
        let mariadb = Self { _server: server, _folder: folder, port };
        let root = mariadb.address("mysql");
        until("MariaDB answers", async || sqlx::MySqlPool::connect(&root).await.is_ok()).await;
        mariadb
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
