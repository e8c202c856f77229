#!/usr/bin/env python3
"""make_metrics.py > metrics.json

Reference values of the metrics, computed by mir_eval 0.8.2 (pip install mir_eval==0.8.2): of beats, each case a list of
true and a list of found beats with a typical fault, as they are and without the first five seconds; of clusters, each
case the true and the found label of each item, items one second long. Tempo accuracy, median offset and eight phase are
no metrics of mir_eval."""
import json
import mir_eval
import numpy as np

rng = np.random.default_rng(20)
TRIM_S = 5.0


def beats(bpm, count, start=0.5):
    return start + np.arange(count) * 60.0 / bpm


def faults(truth):
    half = np.diff(truth) / 2
    yield "exact", truth
    yield "late 30 ms", truth + 0.03
    yield "late 90 ms", truth + 0.09
    yield "off-beat", truth[:-1] + half
    yield "double", np.sort(np.concatenate([truth, truth[:-1] + half]))
    yield "half", truth[::2]
    yield "half, other", truth[1::2]
    yield "jitter 20 ms", np.sort(truth + rng.normal(0, 0.02, len(truth)))
    yield "jitter 50 ms", np.sort(truth + rng.normal(0, 0.05, len(truth)))
    yield "a tenth missing", truth[rng.random(len(truth)) > 0.1]
    yield "phase slip", np.concatenate([truth[:20], truth[20:-1] + half[20:]])
    yield "wrong tempo", truth[0] + (truth - truth[0]) * 1.03


def beat_cases():
    for bpm, count in ((60, 40), (120, 61), (174, 90)):
        truth = np.round(beats(bpm, count), 4)
        for name, found in faults(truth):
            found = np.round(found, 4)
            yield dict(name=f"{bpm} {name}", truth=list(truth), found=list(found),
                       whole=measured(truth, found),
                       trimmed=measured(*(mir_eval.beat.trim_beats(b, TRIM_S) for b in (truth, found))))


def measured(truth, found):
    cml_c, cml_t, aml_c, aml_t = mir_eval.beat.continuity(truth, found)
    return dict(f=mir_eval.beat.f_measure(truth, found), cml_c=cml_c, cml_t=cml_t, aml_c=aml_c, aml_t=aml_t)


def labellings():
    forms = ["AABB", "ABAB", "AABBAACC", "ABCABCAB", "AAAABBBBCCCCDDDD", "ABACABAC", "ABCDEFGH",
             "AABBCCAABBCC", "ABBBBBBBBBBB", "AABACADA"]
    for form in forms:
        truth = np.array([ord(letter) - ord("A") for letter in form])
        yield form, truth, truth
        yield f"{form} renamed", truth, truth.max() - truth
        yield f"{form} in one", truth, np.zeros_like(truth)
        yield f"{form} each alone", truth, np.arange(len(truth))
        wrong = truth.copy()
        wrong[rng.integers(len(truth))] = rng.integers(truth.max() + 1)
        yield f"{form} one wrong", truth, wrong
        yield f"{form} at random", truth, rng.integers(0, 3, len(truth))


def cluster_cases():
    for name, truth, found in labellings():
        intervals = np.array([[i, i + 1] for i in range(len(truth))], dtype=float)
        both = [intervals, [str(label) for label in truth], intervals, [str(label) for label in found]]
        precision, recall, f = mir_eval.segment.pairwise(*both, frame_size=1.0)
        if np.isnan(f) or np.isnan(precision) or np.isnan(recall):
            continue  # no pair in one of the two: mir_eval divides by nothing
        homogeneity, completeness, v = mir_eval.segment.vmeasure(*both, frame_size=1.0)
        yield dict(name=name, truth=truth.tolist(), found=found.tolist(), pairwise_f=f, v=v)


print(json.dumps(dict(beats=list(beat_cases()), clusters=list(cluster_cases()))))
