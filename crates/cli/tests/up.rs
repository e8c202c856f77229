//! `eightcount up` with its real children: one instance per folder, children that come back, none left behind.

#![allow(clippy::unwrap_used)]

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

struct Up {
    process: Child,
    data: PathBuf,
}

impl Up {
    fn start(data: &Path) -> Self {
        let mut process = command(data).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (told, ready) = mpsc::channel();
        thread::spawn(move || {
            // Reads on after `ready`, so that the process never waits for a reader.
            for line in lines.map_while(Result::ok) {
                if line == "ready" {
                    let _ = told.send(());
                }
            }
        });
        ready.recv_timeout(Duration::from_secs(90)).expect("it becomes ready");
        Self { process, data: data.to_owned() }
    }

    fn instance(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.data.join("eightcount.json")).unwrap()).unwrap()
    }

    fn child(&self, name: &str) -> Option<Pid> {
        let text = fs::read_to_string(self.data.join("run").join(format!("{name}.pid"))).ok()?;
        Pid::from_raw(text.parse().ok()?)
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eightcount"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("EIGHTCOUNT_")) {
        if name != "EIGHTCOUNT_TEMPORAL_BIN" {
            command.env_remove(name);
        }
    }
    command.args(["up", "--port", "0", "--data"]).arg(data);
    command
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn is_gone(pid: Pid) -> bool {
    // A zombie that its new parent has not reaped yet is gone for every purpose of ours.
    let zombie = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
    };
    test_kill_process(pid).is_err() || zombie()
}

fn get(url: &str, path: &str) -> String {
    let authority = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn one_instance_per_folder_whose_children_come_back_and_end_with_it() {
    let data = tempfile::tempdir().unwrap();
    let mut up = Up::start(data.path());
    let instance = up.instance();
    assert!(get(instance["api_url"].as_str().unwrap(), "/healthz").starts_with("HTTP/1.1 200"));

    let second = command(data.path()).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("already in use") && said.contains(&up.process.id().to_string()), "{said}");

    let temporal = up.child("temporal").unwrap();
    kill_process(temporal, Signal::KILL).unwrap();
    eventually("Temporal comes back", || up.child("temporal").is_some_and(|now| now != temporal));
    let address = instance["temporal_address"].as_str().unwrap();
    eventually("Temporal answers on its old port", || TcpStream::connect(address).is_ok());

    let children = [up.child("temporal").unwrap(), up.child("redis").unwrap()];
    up.signal(Signal::TERM);
    assert_eq!(up.process.wait().unwrap().code(), Some(0));
    assert!(children.into_iter().all(is_gone));
    assert!(!data.path().join("eightcount.json").exists());
}

#[test]
fn children_end_when_it_is_killed_and_the_folder_is_free_again() {
    let data = tempfile::tempdir().unwrap();
    let up = Up::start(data.path());
    let children = [up.child("temporal").unwrap(), up.child("redis").unwrap()];
    drop(up);
    eventually("the children end", || children.into_iter().all(is_gone));
    let again = Up::start(data.path());
    assert!(get(again.instance()["api_url"].as_str().unwrap(), "/healthz").starts_with("HTTP/1.1 200"));
}
