//! `eightcount worker`: workers alone, as many processes and machines as wanted.

use crate::output::say;
use crate::{
    args::WorkerArgs,
    service::{self, Foundation, Parts},
    signals::{Signals, unless_interrupted},
};

/// Works until a signal comes.
pub async fn run(args: WorkerArgs) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let addresses = args.servers.addresses_apart(&args.data.folder)?;
    let foundation = unless_interrupted(&mut signals, Foundation::open(&addresses)).await?;
    let mut parts = Parts::new();
    let names: Vec<_> = args.work.queues.iter().map(|queue| queue.name()).collect();
    // Not the folder of `eightcount up`, which empties it when it starts.
    let scratch = args.data.folder.join("scratch-apart");
    let workers = service::start_workers(&foundation, args.work, scratch, parts.stop.clone())?;
    parts.add("the workers", workers);
    say!("working on {}", names.join(", "));
    say!("ready");
    parts.until_signal(signals).await
}
