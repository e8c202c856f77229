//! `eightcount dance`: a section of a song becomes a dance.

use crate::output::say;
use crate::{
    args::DanceArgs,
    client::{self, Api, Progress},
    dancing::{self, Outputs},
    report,
};

/// Dances, leaves the files and prints the report.
pub async fn run(args: DanceArgs) -> anyhow::Result<()> {
    let progress = Progress::new();
    let outputs = Outputs {
        product: args.out,
        stages: args.stages,
        report_json: args.report,
        report_text: None,
        contact_sheet: args.contact_sheet,
        extras: args.extras,
    };
    let work = async |api: Api| {
        let mut line = progress.line("the song");
        let song = client::heard_song(&api, &args.song, None, &mut line).await?;
        drop(line);
        dancing::dance(&api, &song, (args.section, args.flavour.into()), &outputs, &progress).await
    };
    let made_of = client::with_instance(&args.instance, &progress, work).await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&made_of)?);
    } else {
        say!("{}", report::table(&made_of));
        say!("\nthe dance is in {}", outputs.product.display());
    }
    Ok(())
}
