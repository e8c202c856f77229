//! `eightcount up`: the whole service on this machine.

use crate::output::say;
use crate::{
    args::UpArgs,
    embedded::Ports,
    service::{Service, ServiceConfig},
    signals::{Signals, unless_interrupted},
};

/// Runs until a signal comes or a part fails.
pub async fn run(args: UpArgs) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let config = ServiceConfig {
        data: args.data.folder,
        listen: args.listen.address(),
        limits: args.listen.limits(),
        ports: Ports {
            temporal: args.temporal_port,
            temporal_ui: args.temporal_ui_port,
            redis: args.redis_port,
        },
        work: args.work,
        without_workers: args.without_workers,
        servers: args.servers,
    };
    let mut service = unless_interrupted(&mut signals, Box::pin(Service::start(config))).await?;
    announce(&service);
    let ended = tokio::select! {
        error = service.ended() => Err(error),
        () = signals.next() => Ok(()),
    };
    signals.end_at_next();
    if ended.is_ok() {
        say!("stopping (once more to stop at once)");
    }
    let stopped = service.stop().await;
    ended.and(stopped)
}

fn announce(service: &Service) {
    let embedded = service.embedded();
    say!("Eightcount      {}", service.url);
    say!("API             {}/docs", service.url);
    if let Some(url) = &embedded.temporal_ui_url {
        say!("Temporal Web UI {url}");
    }
    say!("Metrics         {}/metrics", service.url);
    say!("Data            {}", embedded.data.display());
    say!("ready");
}
