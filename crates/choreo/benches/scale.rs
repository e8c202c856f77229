//! How long a suggestion takes in libraries of 3 thousand to a million synthetic steps, on one core
//! (processor time).
//!
//! `cargo bench -p eightcount-choreo --bench scale -- [STEPS…]` prints a line for each size: time to build the
//! index, its memory, and the median and 99th percentile of two hundred different questions, with boxes only and
//! with poses on every step (up to 100 thousand: poses are large): of the six, and of the six ordered by looking four
//! eights ahead. A second table: time to look over a song of eighteen eights, which is done once while the user looks at
//! the first six, time to plan a dance of them, and the total of its scores against always taking the best candidate.

use eightcount_choreo::suggest::{
    Chosen, Library, Outlook, Question, Upcoming, best_path, greedy_path, look_ahead, suggest,
};
use eightcount_domain::{
    BlobHash, ClusterLabel, ContentHash, FeatureVector, Flavour, Movement, MovementTier, PerformanceId, Pose,
    PoseJoint, Role, Sight, Step, StepId, SubjectBox,
};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Steps of one performance: about four minutes of dance.
const EIGHTS: u32 = 60;
/// Length of a song, and the eight that questions are about.
const EIGHTS_OF_SONG: u32 = 18;
const ASKED: u32 = 12;
/// Numbers in a feature vector.
const WIDTH: usize = 40;
/// Questions asked of each library.
const QUESTIONS: u32 = 200;

/// A fixed stream of numbers that look random (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / 16_777_216.0
    }

    fn features(&mut self) -> FeatureVector {
        FeatureVector((0..WIDTH).map(|_| 2.0 * self.next() - 1.0).collect())
    }

    fn place(&mut self) -> SubjectBox {
        let (top, height) = (0.1 + 0.2 * self.next(), 0.4 + 0.25 * self.next());
        SubjectBox { centre_x: 0.2 + 0.6 * self.next(), top, bottom: top + height, width: 0.2 }
    }

    fn pose(&mut self) -> Pose {
        let mut joint =
            || PoseJoint { x: self.next() - 0.5, y: 2.0 * self.next() - 1.0, confidence: self.next() };
        Pose { joints: (0..33).map(|_| joint()).collect() }
    }

    fn step(&mut self, number: u32, with_poses: bool) -> Step {
        let (performance, index) = (number / EIGHTS, number % EIGHTS);
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&performance.to_be_bytes());
        let hash = ContentHash::from_digest(&digest);
        // One tempo for all steps of a performance, 80 to 180 beats a minute.
        let beat = 60.0 / (80.0 + f64::from(performance.wrapping_mul(2_654_435_761) % 1000) / 10.0);
        Step {
            id: StepId { performance: PerformanceId(hash.clone()), index },
            role: match index {
                0 => Role::Intro,
                i if i + 1 == EIGHTS => Role::Outro,
                _ => Role::Body,
            },
            beats: std::array::from_fn(|i| (f64::from(index) * 8.0 + i as f64) * beat),
            movement: Movement { tier: MovementTier::Visual, per_beat: std::array::from_fn(|_| self.next()) },
            start_box: Some(self.place()),
            end_box: Some(self.place()),
            start_motion: None,
            end_motion: None,
            start_outline: None,
            end_outline: None,
            start_pose: with_poses.then(|| self.pose()),
            end_pose: with_poses.then(|| self.pose()),
            sight: Sight::default(),
            features: self.features(),
            quality: 0.2 + 0.8 * self.next(),
            native_cut: false,
            thumbnail: BlobHash(hash),
            preview: None,
            hidden: self.next() < 0.02,
            on_screen_text: self.next() < 0.02,
        }
    }
}

impl Numbers {
    /// A song of the form A B A C.
    fn song<'a>(&mut self, music: &'a [FeatureVector]) -> Vec<Upcoming<'a>> {
        let last = music.len() - 1;
        let mut eight = |(i, features)| Upcoming {
            eight: i as u32,
            role: Role::at(i, last + 1),
            tempo_bpm: 126.0,
            amplitude: std::array::from_fn(|_| -30.0 * self.next()),
            intensity: 0.5,
            cluster: ClusterLabel([0, 1, 0, 2][i % 4]),
            features,
        };
        music.iter().enumerate().map(&mut eight).collect()
    }
}

/// Time this thread has spent on a core: other work on the machine does not count.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn main() {
    // Cargo passes options such as --bench; only numbers are sizes.
    let asked: Vec<u32> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![3_000, 30_000, 100_000, 300_000, 1_000_000] } else { asked };
    println!(
        "| steps | poses | build s | index MB | six: p50 ms | p99 ms | six, ordered by what follows: p50 ms | p99 ms |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for &steps in &sizes {
        measure(steps, false);
        if steps <= 100_000 {
            measure(steps, true);
        }
    }
    println!("\n| steps | look over 18 eights ms | plan 18 eights ms | planned | greedy |");
    println!("|---|---|---|---|---|");
    for &steps in sizes.iter().filter(|&&steps| steps <= 100_000) {
        plan(steps);
    }
}

/// Looks over a song, and plans a dance of all its eights.
fn plan(steps: u32) {
    let mut numbers = Numbers(2);
    let library = Library::of((0..steps).map(|i| numbers.step(i, false)));
    let music: Vec<FeatureVector> = (0..EIGHTS_OF_SONG).map(|_| numbers.features()).collect();
    let eights = numbers.song(&music);
    let millis = |since: Duration| cpu().saturating_sub(since).as_secs_f64() * 1e3;
    let greedy = greedy_path(&library, &eights, &[], Flavour::Balanced.into());
    let start = cpu();
    let best = best_path(&library, &eights, &[], Flavour::Balanced.into());
    let planned = millis(start);
    let outlook = Outlook::new(eights.len());
    let start = cpu();
    outlook.fill(&library, &eights, Flavour::Balanced.into());
    let outlooked = millis(start);
    println!("| {steps} | {outlooked:.1} | {planned:.0} | {:.2} | {:.2} |", best.total(), greedy.total());
}

fn measure(steps: u32, with_poses: bool) {
    let mut numbers = Numbers(1);
    let all: Vec<Step> = (0..steps).map(|i| numbers.step(i, with_poses)).collect();
    let start = cpu();
    let library = Library::of(all);
    let build = cpu().saturating_sub(start);
    let music: Vec<FeatureVector> = (0..EIGHTS_OF_SONG).map(|_| numbers.features()).collect();
    let song = numbers.song(&music);
    let outlook = Outlook::new(song.len());
    outlook.fill(&library, &song, Flavour::Balanced.into());
    let times: Vec<_> = (0..QUESTIONS).map(|_| ask(&library, &song, &outlook, &mut numbers, steps)).collect();
    let at = |share: usize, of: fn(&(Duration, Duration)) -> Duration| {
        let mut times: Vec<Duration> = times.iter().map(of).collect();
        times.sort();
        times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3
    };
    println!(
        "| {steps} | {} | {:.2} | {:.1} | {:.2} | {:.2} | {:.2} | {:.2} |",
        if with_poses { "yes" } else { "no" },
        build.as_secs_f64(),
        library.memory_bytes() as f64 / 1e6,
        at(50, |t| t.0),
        at(99, |t| t.0),
        at(50, |t| t.1),
        at(99, |t| t.1),
    );
}

/// The times of one answer to a question about a dance's middle: of the six, and with their order by what follows.
fn ask(
    library: &Library,
    song: &[Upcoming<'_>],
    outlook: &Outlook,
    numbers: &mut Numbers,
    steps: u32,
) -> (Duration, Duration) {
    let mut any = || {
        let number = (numbers.next() * steps as f32) as u32;
        numbers.step(number.min(steps - 1), false).id
    };
    let chosen =
        |eight: u32, step| Chosen { eight, cluster: song[eight as usize].cluster, step, mirrored: false };
    let history: Vec<Chosen> = (0..ASKED).map(|eight| chosen(eight, any())).collect();
    let rerolled: Vec<StepId> = (0..12).map(|_| any()).collect();
    let features = numbers.features();
    let question = Question {
        tempo_bpm: 90.0 + 80.0 * f64::from(numbers.next()),
        amplitude: std::array::from_fn(|_| -30.0 * numbers.next()),
        intensity: numbers.next(),
        features: &features,
        rerolled: &rerolled,
        ..song[ASKED as usize].question(&history)
    };
    let start = cpu();
    let answer = suggest(library, &question);
    let six = cpu().saturating_sub(start);
    assert_eq!(answer.candidates.len(), 6, "a library of this size always has six");
    let ordered = look_ahead(library, &question, song, outlook, Flavour::Balanced.into(), answer);
    let all = cpu().saturating_sub(start);
    assert_eq!(ordered.candidates.len(), 6);
    (six, all)
}
