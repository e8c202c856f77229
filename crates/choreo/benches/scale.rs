//! How long a suggestion takes in libraries of 3 thousand to a million synthetic steps, on one core
//! (processor time).
//!
//! `cargo bench -p eightcount-choreo --bench scale -- [STEPS…]` prints a line for each size: time to build the
//! index, its memory, and the median and 99th percentile of two hundred different questions, with boxes only and
//! with poses on every step (up to 100 thousand: poses are large). A second table: time to order six candidates
//! by looking four eights ahead, time to plan a dance of sixteen eights, and the total of its scores against
//! always taking the best candidate.

use eightcount_choreo::suggest::{
    Chosen, Library, Question, Upcoming, best_path, greedy_path, look_ahead, suggest,
};
use eightcount_domain::{
    BlobHash, ClusterLabel, ContentHash, FeatureVector, Flavour, Movement, MovementTier, PerformanceId, Pose,
    PoseJoint, Role, Sight, Step, StepId, SubjectBox,
};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Steps of one performance: about four minutes of dance.
const EIGHTS: u32 = 60;
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
            start_pose: with_poses.then(|| self.pose()),
            end_pose: with_poses.then(|| self.pose()),
            sight: Sight::default(),
            features: self.features(),
            quality: 0.2 + 0.8 * self.next(),
            native_cut: false,
            thumbnail: BlobHash(hash),
            hidden: self.next() < 0.02,
            on_screen_text: self.next() < 0.02,
        }
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
    println!("| steps | poses | build s | index MB | p50 ms | p99 ms | p50 µs per 1,000 steps |");
    println!("|---|---|---|---|---|---|---|");
    for &steps in &sizes {
        measure(steps, false);
        if steps <= 100_000 {
            measure(steps, true);
        }
    }
    println!("\n| steps | look ahead ms | plan 16 eights ms | planned | greedy |");
    println!("|---|---|---|---|---|");
    for &steps in sizes.iter().filter(|&&steps| steps <= 100_000) {
        plan(steps);
    }
}

/// Plans a dance of sixteen eights to a song of the form A B A C.
fn plan(steps: u32) {
    let mut numbers = Numbers(2);
    let library = Library::of((0..steps).map(|i| numbers.step(i, false)));
    let music: Vec<FeatureVector> = (0..16).map(|_| numbers.features()).collect();
    let mut eight = |(i, features)| Upcoming {
        eight: i as u32,
        role: match i {
            0 => Role::Intro,
            15 => Role::Outro,
            _ => Role::Body,
        },
        tempo_bpm: 126.0,
        amplitude: std::array::from_fn(|_| -30.0 * numbers.next()),
        intensity: 0.5,
        cluster: ClusterLabel([0, 1, 0, 2][i % 4]),
        features,
    };
    let eights: Vec<Upcoming<'_>> = music.iter().enumerate().map(&mut eight).collect();
    let millis = |since: Duration| cpu().saturating_sub(since).as_secs_f64() * 1e3;
    let greedy = greedy_path(&library, &eights, &[], Flavour::Balanced.into());
    let start = cpu();
    let best = best_path(&library, &eights, &[], Flavour::Balanced.into());
    let planned = millis(start);
    let history = &best.selections[..4];
    let question = Question {
        eight: 4,
        role: Role::Body,
        tempo_bpm: 126.0,
        amplitude: eights[4].amplitude,
        intensity: 0.5,
        cluster: eights[4].cluster,
        features: eights[4].features,
        previous: history.last().cloned(),
        next: None,
        history,
        rerolled: &[],
    };
    let answer = suggest(&library, &question);
    let start = cpu();
    let _ordered = look_ahead(&library, &question, &eights, Flavour::Balanced.into(), answer);
    let looked = millis(start);
    println!("| {steps} | {looked:.1} | {planned:.0} | {:.2} | {:.2} |", best.total(), greedy.total());
}

fn measure(steps: u32, with_poses: bool) {
    let mut numbers = Numbers(1);
    let all: Vec<Step> = (0..steps).map(|i| numbers.step(i, with_poses)).collect();
    let start = cpu();
    let library = Library::of(all);
    let build = cpu().saturating_sub(start);
    let mut times: Vec<Duration> = (0..QUESTIONS).map(|_| ask(&library, &mut numbers, steps)).collect();
    times.sort();
    let millis = |d: Duration| d.as_secs_f64() * 1e3;
    let at = |share: usize| millis(times[(times.len() - 1) * share / 100]);
    println!(
        "| {steps} | {} | {:.2} | {:.1} | {:.2} | {:.2} | {:.1} |",
        if with_poses { "yes" } else { "no" },
        build.as_secs_f64(),
        library.memory_bytes() as f64 / 1e6,
        at(50),
        at(99),
        at(50) * 1e6 / f64::from(steps),
    );
}

/// The time of one answer to a question like those of a choreography's middle.
fn ask(library: &Library, numbers: &mut Numbers, steps: u32) -> Duration {
    let mut any = || {
        let number = (numbers.next() * steps as f32) as u32;
        numbers.step(number.min(steps - 1), false).id
    };
    let chosen =
        |eight: u32, step| Chosen { eight, cluster: ClusterLabel((eight % 3) as u8), step, mirrored: false };
    let history: Vec<Chosen> = (0..12).map(|eight| chosen(eight, any())).collect();
    let rerolled: Vec<StepId> = (0..12).map(|_| any()).collect();
    let features = numbers.features();
    let question = Question {
        eight: 12,
        role: Role::Body,
        tempo_bpm: 90.0 + 80.0 * f64::from(numbers.next()),
        amplitude: std::array::from_fn(|_| -30.0 * numbers.next()),
        intensity: numbers.next(),
        cluster: ClusterLabel(0),
        features: &features,
        previous: history.last().cloned(),
        next: None,
        history: &history,
        rerolled: &rerolled,
    };
    let start = cpu();
    let answer = suggest(library, &question);
    let time = cpu().saturating_sub(start);
    assert_eq!(answer.candidates.len(), 6, "a library of this size always has six");
    time
}
