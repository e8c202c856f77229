//! Which eights of a song sound alike.

use crate::features::{COEFFICIENTS, EightFeatures};
use eightcount_domain::{BEATS_PER_EIGHT, ClusterLabel, Clustering};
use kodama::{Method, linkage};

/// Most clusters looked for.
const MAX_CLUSTERS: usize = 12;
/// Pitch classes by which chroma may be rotated.
const ROTATIONS: usize = 12;
/// A silhouette below this shows no structure: everything is one cluster.
const LEAST_SILHOUETTE: f32 = 0.2;
/// Least spread of a cepstral coefficient over a section that is told from noise.
const LEAST_SPREAD: f32 = 0.5;
/// Least median distances (timbre, harmony) by which distances are divided: differences far below are not heard.
const LEAST_SCALES: [f32; 2] = [0.5, 0.02];
/// Two sets of eights closer than this, in units of the section's median distance, are one. By so much any two eights
/// are held to differ when cuts are judged: near copies must not look like clusters of their own.
const LEAST_DISTANCE: f32 = 0.3;
/// Least length of what sets a beat's chroma (of length 1) apart from the section's mean that is told from noise.
const LEAST_CHROMA: f32 = 0.1;

/// Clusters the eights of one section.
///
/// The distance of two eights is the mean of their timbre distance (Euclidean, cepstra standardised over the
/// section, beat by beat) and their harmony distance (one minus cosine of what sets the chroma apart from the
/// section's mean, beat by beat, at the best of twelve transpositions), each divided by its median over the section.
/// The mean is what does not move with the key: drums, and which pitches the spectrum tells apart well. Average
/// linkage (D. Müllner, 2011), cut at the number of clusters, 2 to 12 and at most half of the eights, with the
/// largest mean silhouette (P. Rousseeuw, 1987), in which an eight alone in its cluster is nobody's neighbour; one
/// cluster when that is low. Fewer than four eights are one cluster. None give an empty answer.
///
/// ```
/// use eightcount_audio::{cluster, evaluation::songs, features};
/// let song = songs::song(100, 12, 3, false);
/// let found = cluster(&features(&song.pcm, &song.eights));
/// assert_eq!(found.labels[0].to_string(), "A");
/// assert_eq!(found.similarity[3][5], found.similarity[5][3]);
/// let alike = |i: usize, j: usize| found.labels[i] == found.labels[j];
/// assert!((0..12).all(|i| (0..12).all(|j| alike(i, j) == (song.labels[i] == song.labels[j]))));
/// ```
pub fn cluster(features: &[EightFeatures]) -> Clustering {
    let n = features.len();
    let distances = distances(features);
    let largest = distances.iter().flatten().copied().fold(0.0, f32::max).max(1e-9);
    let similarity = distances.iter().map(|row| row.iter().map(|d| 1.0 - d / largest).collect()).collect();
    let (labels, silhouette) = best_cut(&distances).unwrap_or_else(|| (vec![0; n], 0.0));
    Clustering { labels: in_order_of_appearance(&labels), silhouette, similarity }
}

/// Labels and silhouette of the best number of clusters; none when one cluster is the answer.
fn best_cut(distances: &[Vec<f32>]) -> Option<(Vec<usize>, f32)> {
    let n = distances.len();
    let most = MAX_CLUSTERS.min(n / 2);
    if most < 2 {
        return None;
    }
    let mut condensed: Vec<f32> = (0..n).flat_map(|i| distances[i][i + 1..].iter().copied()).collect();
    let merges = linkage(&mut condensed, n, Method::Average);
    if merges.steps().last().is_none_or(|last| last.dissimilarity < LEAST_DISTANCE) {
        return None;
    }
    let pairs: Vec<(usize, usize)> = merges.steps().iter().map(|s| (s.cluster1, s.cluster2)).collect();
    let cuts = (2..=most).map(|k| cut(&pairs, n, k));
    let scored = cuts.map(|labels| {
        let silhouette = silhouette(distances, &labels);
        (labels, silhouette)
    });
    // Of equal cuts the one with fewer clusters.
    let best = scored.reduce(|a, b| if b.1 > a.1 + 1e-6 { b } else { a })?;
    (best.1 >= LEAST_SILHOUETTE).then_some(best)
}

/// The labels after all merges but the last `clusters - 1`.
fn cut(merges: &[(usize, usize)], n: usize, clusters: usize) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..n + merges.len()).collect();
    for (step, &(a, b)) in merges.iter().take(n - clusters).enumerate() {
        parent[a] = n + step;
        parent[b] = n + step;
    }
    let root = |mut i: usize| {
        while parent[i] != i {
            i = parent[i];
        }
        i
    };
    (0..n).map(root).collect()
}

/// Mean silhouette. An item alone in its cluster counts 0 and is nobody's neighbour: the fade at the end of a song
/// is so far from everything else that the rest would seem one cluster for its sake.
fn silhouette(distances: &[Vec<f32>], labels: &[usize]) -> f32 {
    let n = labels.len();
    let mut names = labels.to_vec();
    names.sort_unstable();
    names.dedup();
    let crowded = |name: &usize| labels.iter().filter(|label| *label == name).nth(1).is_some();
    names.retain(crowded);
    let mean_to = |i: usize, name: usize| {
        let others = (0..n).filter(|&j| j != i && labels[j] == name);
        let (sum, count) = others.fold((0.0, 0), |(s, c), j| (s + LEAST_DISTANCE + distances[i][j], c + 1));
        (count > 0).then(|| sum / count as f32)
    };
    let of = |i: usize| {
        let Some(own) = mean_to(i, labels[i]) else { return 0.0 };
        let others = names.iter().filter(|&&name| name != labels[i]).filter_map(|&name| mean_to(i, name));
        let nearest = others.fold(f32::INFINITY, f32::min);
        let scale = own.max(nearest);
        if scale > 0.0 && scale.is_finite() { (nearest - own) / scale } else { 0.0 }
    };
    (0..n).map(of).sum::<f32>() / n.max(1) as f32
}

fn in_order_of_appearance(labels: &[usize]) -> Vec<ClusterLabel> {
    let mut seen: Vec<usize> = Vec::new();
    let name = |label: &usize| {
        let place = seen.iter().position(|s| s == label).unwrap_or_else(|| {
            seen.push(*label);
            seen.len() - 1
        });
        ClusterLabel(place as u8)
    };
    labels.iter().map(name).collect()
}

fn distances(features: &[EightFeatures]) -> Vec<Vec<f32>> {
    let timbres = standardised(features);
    let timbre = pairwise(features.len(), |i, j| timbre_distance(&timbres[i], &timbres[j]));
    let harmonies = set_apart(features);
    let harmony = pairwise(features.len(), |i, j| harmony_distance(&harmonies[i], &harmonies[j]));
    let scales = [&timbre, &harmony].map(|d| median_off_diagonal(d));
    pairwise(features.len(), |i, j| {
        let parts =
            [timbre[i][j] / scales[0].max(LEAST_SCALES[0]), harmony[i][j] / scales[1].max(LEAST_SCALES[1])];
        f32::midpoint(parts[0], parts[1])
    })
}

/// A symmetric matrix with a zero diagonal.
fn pairwise(n: usize, distance: impl Fn(usize, usize) -> f32) -> Vec<Vec<f32>> {
    let mut matrix = vec![vec![0.0; n]; n];
    for (i, j) in (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))) {
        let apart = distance(i, j);
        (matrix[i][j], matrix[j][i]) = (apart, apart);
    }
    matrix
}

fn median_off_diagonal(matrix: &[Vec<f32>]) -> f32 {
    let mut values: Vec<f32> = matrix.iter().enumerate().flat_map(|(i, row)| row[i + 1..].to_vec()).collect();
    if values.is_empty() {
        return 1.0;
    }
    let middle = values.len() / 2;
    let median = *values.select_nth_unstable_by(middle, f32::total_cmp).1;
    // Where most pairs are the same, the mean still tells the others apart.
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    if median > 1e-3 * mean { median } else { mean.max(1e-6) }
}

type Timbre = [[f32; COEFFICIENTS]; BEATS_PER_EIGHT];

/// Cepstra with mean 0 and deviation 1 over all beats of the section, coefficient by coefficient.
fn standardised(features: &[EightFeatures]) -> Vec<Timbre> {
    let beats = (features.len() * BEATS_PER_EIGHT).max(1) as f32;
    let all = || features.iter().flat_map(|f| f.mfcc.iter());
    let mean: [f32; COEFFICIENTS] = std::array::from_fn(|c| all().map(|b| b[c]).sum::<f32>() / beats);
    let spread: [f32; COEFFICIENTS] = std::array::from_fn(|c| {
        (all().map(|b| (b[c] - mean[c]).powi(2)).sum::<f32>() / beats).sqrt().max(LEAST_SPREAD)
    });
    let standard = |beat: [f32; COEFFICIENTS]| std::array::from_fn(|c| (beat[c] - mean[c]) / spread[c]);
    features.iter().map(|f| f.mfcc.map(standard)).collect()
}

fn timbre_distance(a: &Timbre, b: &Timbre) -> f32 {
    let beat = |(x, y): (&[f32; COEFFICIENTS], &[f32; COEFFICIENTS])| {
        x.iter().zip(y).map(|(p, q)| (p - q).powi(2)).sum::<f32>().sqrt()
    };
    a.iter().zip(b).map(beat).sum::<f32>() / BEATS_PER_EIGHT as f32
}

type Harmony = [[f32; ROTATIONS]; BEATS_PER_EIGHT];

/// What sets the chroma of each beat apart from the section's mean: of length 1, or shorter where it hardly differs.
fn set_apart(features: &[EightFeatures]) -> Vec<Harmony> {
    let beats = (features.len() * BEATS_PER_EIGHT).max(1) as f32;
    let all = || features.iter().flat_map(|f| f.chroma.iter());
    let mean: [f32; ROTATIONS] = std::array::from_fn(|p| all().map(|beat| beat[p]).sum::<f32>() / beats);
    let apart = |beat: [f32; ROTATIONS]| {
        let rest: [f32; ROTATIONS] = std::array::from_fn(|p| beat[p] - mean[p]);
        let length = rest.iter().map(|x| x * x).sum::<f32>().sqrt();
        rest.map(|x| x / length.max(LEAST_CHROMA))
    };
    features.iter().map(|f| f.chroma.map(apart)).collect()
}

/// Half the mean squared distance: one minus cosine for beats of length 1, nothing for two that hardly differ from the
/// mean.
fn harmony_distance(a: &Harmony, b: &Harmony) -> f32 {
    // All rotations side by side: an hour of music has hundreds of thousands of pairs.
    let mut unlikeness = [0.0; ROTATIONS];
    for (x, y) in a.iter().zip(b) {
        let rotating: [f32; 2 * ROTATIONS] = std::array::from_fn(|p| y[p % ROTATIONS]);
        let mut beat = [0.0; ROTATIONS];
        for (p, x) in x.iter().enumerate() {
            for (sum, y) in beat.iter_mut().zip(&rotating[p..p + ROTATIONS]) {
                *sum += (x - y).powi(2);
            }
        }
        unlikeness.iter_mut().zip(beat).for_each(|(sum, squares)| *sum += squares / 2.0);
    }
    unlikeness.into_iter().fold(f32::INFINITY, f32::min) / BEATS_PER_EIGHT as f32
}
