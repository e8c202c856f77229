#!/usr/bin/env python3
"""make_metrics.py > metrics.json

Reference values of the beat metrics, computed by mir_eval (pip install mir_eval). Each case is a list of
true beats and a list of found beats with a typical fault."""
import json
import mir_eval
import numpy as np

rng = np.random.default_rng(20)


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


cases = []
for bpm, count in ((60, 40), (120, 61), (174, 90)):
    truth = np.round(beats(bpm, count), 4)
    for name, found in faults(truth):
        found = np.round(found, 4)
        cml_c, cml_t, aml_c, aml_t = mir_eval.beat.continuity(truth, found)
        cases.append(dict(
            name=f"{bpm} {name}", truth=list(truth), found=list(found),
            f=mir_eval.beat.f_measure(truth, found), cml_c=cml_c, cml_t=cml_t, aml_c=aml_c, aml_t=aml_t))

print(json.dumps(cases, indent=None))
