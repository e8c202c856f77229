//! `eightcount api`: the REST API alone.

use crate::output::say;
use crate::{
    args::ApiArgs,
    service::{self, Foundation, Parts},
    signals::{Signals, unless_interrupted},
};

/// Serves until a signal comes.
pub async fn run(args: ApiArgs) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let addresses = args.servers.addresses_apart(&args.data.folder)?;
    let listener = service::listen(args.listen.address()).await?;
    let foundation = unless_interrupted(&mut signals, Foundation::open(&addresses)).await?;
    let mut parts = Parts::new();
    let url = service::url_of(&listener)?;
    let api = service::start_api(&foundation, listener, None, args.listen.limits(), parts.stop.clone());
    parts.add("the API", api);
    say!("Eightcount {url}");
    say!("ready");
    parts.until_signal(signals).await
}
