//! SIGINT and SIGTERM: the first one asks, the second one ends.

use crate::exit::{self, INTERRUPTED};
use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for both signals.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on the signals no longer end the process by themselves.
    pub fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).context("listening for SIGINT")?,
            terminate: signal(SignalKind::terminate()).context("listening for SIGTERM")?,
        })
    }

    /// Waits for one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// From now on a signal ends the process at once; its children end with it.
    pub fn end_at_next(mut self) {
        tokio::spawn(async move {
            self.next().await;
            eprintln!("eightcount: stopped at once");
            std::process::exit(INTERRUPTED.into());
        });
    }
}

/// Does some work, unless a signal comes first: then the work is dropped.
pub async fn unless_interrupted<T>(
    signals: &mut Signals,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::select! {
        done = work => done,
        () = signals.next() => Err(exit::Refusal::Interrupted.into()),
    }
}
