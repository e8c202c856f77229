//! `eightcount migrate`: databases and search attributes, brought up to date. Any number of times.

use crate::output::say;
use crate::{args::MigrateArgs, service::Foundation};

/// Migrates.
pub async fn run(args: MigrateArgs) -> anyhow::Result<()> {
    let addresses = args.servers.addresses_apart(&args.data.folder)?;
    Foundation::open(&addresses).await?;
    say!("databases and search attributes are up to date");
    Ok(())
}
