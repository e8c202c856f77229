//! Finding the instance to talk to, or starting one for as long as a command runs.

use super::{Api, Progress};
use crate::{
    args::InstanceArgs,
    embedded::{Instance, Ports},
    service::{Service, ServiceConfig},
    signals::{Signals, unless_interrupted},
};
use clap::Args;
use eightcount_api::Limits;
use std::net::{Ipv4Addr, SocketAddr};

/// A reachable instance.
pub struct Session {
    /// It.
    pub api: Api,
    own: Option<Service>,
}

impl Session {
    /// The instance at `--server`, else the one running on the data folder, else one of our own.
    pub async fn open(args: &InstanceArgs, progress: &Progress) -> anyhow::Result<Self> {
        let known = args.server.clone().or_else(|| Instance::running(&args.data.folder).map(|i| i.api_url));
        if let Some(url) = known {
            let api = Api::new(&url)?;
            api.check().await?;
            return Ok(Self { api, own: None });
        }
        progress.say(&format!(
            "no instance runs on {}: starting one for this command",
            args.data.folder.display()
        ));
        // Boxed: starting a whole service is a large future, and mostly not taken.
        let service = Box::pin(Service::start(ServiceConfig {
            data: args.data.folder.clone(),
            listen: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0),
            limits: Limits::default(),
            ports: Ports::default(),
            work: from_environment()?,
            without_workers: false,
            servers: from_environment()?,
        }))
        .await?;
        Ok(Self { api: Api::new(&service.url)?, own: Some(service) })
    }

    /// Does some work with it; an own instance that fails meanwhile ends the work.
    async fn during<T>(&mut self, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        match &mut self.own {
            None => work.await,
            Some(service) => tokio::select! {
                done = work => done,
                error = service.ended() => Err(error),
            },
        }
    }

    /// Stops an own instance.
    async fn close(self) -> anyhow::Result<()> {
        match self.own {
            Some(service) => service.stop().await,
            None => Ok(()),
        }
    }
}

/// Settings that the environment names hold for a self-started instance too.
fn from_environment<T: Args>() -> anyhow::Result<T> {
    let matches = T::augment_args(clap::Command::new("eightcount")).try_get_matches_from(["eightcount"])?;
    Ok(T::from_arg_matches(&matches)?)
}

/// Runs a client command: with an instance, until done or interrupted; an own instance is stopped after.
pub async fn with_instance<T>(
    args: &InstanceArgs,
    progress: &Progress,
    work: impl AsyncFnOnce(Api) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut signals = Signals::listen()?;
    let mut session = unless_interrupted(&mut signals, Session::open(args, progress)).await?;
    let work = work(session.api.clone());
    let done = unless_interrupted(&mut signals, session.during(work)).await;
    signals.end_at_next();
    let closed = session.close().await;
    let done = done?;
    closed?;
    Ok(done)
}
