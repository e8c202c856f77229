//! What the API shows, where that is more or less than what the domain keeps. Units are in the names; addresses of
//! what belongs together come along, so that clients need not build them.

mod candidates;
mod eight;
mod extra;
mod live;
mod page;
mod performance;
mod report;
mod song;

pub use candidates::{CandidateView, CandidatesView};
pub use eight::{ClustersView, EightView, SelectionsView};
pub use extra::ExtraView;
pub use live::{LiveFragment, LiveSound, LiveVideo, LiveView};
pub use page::{PageQuery, Paged};
pub use performance::{AnalysisView, PerformanceView};
pub use report::{JumpSeenBy, ReportCut, ReportEight, ReportTransition, ReportView, SeenJump};
pub use song::{HeardSong, SongClusters, SongDetail, SongView, WaveformView};

use eightcount_workflows::contract::Receipt;
use serde::Serialize;
use utoipa::ToSchema;

/// The bytes of a file, as the API's description shows them.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "a description: the bytes themselves are streamed")]
pub struct FileBody(Vec<u8>);

/// The answer to an accepted change of a choreography. The next read shows at least this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptView {
    /// The user's accepted changes so far: name it in the next change.
    #[schema(example = 3)]
    pub revision: u32,
    /// The visible changes so far.
    #[schema(example = 17)]
    pub version: u64,
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
        Self { revision: receipt.revision, version: receipt.version }
    }
}
