"""Chords and tempi, by lot."""

KEYS = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"]
PROGRESSIONS = [
    "1 5 6m 4", "1 6m 4 5", "6m 4 1 5", "1 4 5 1", "1 4 1 5", "2m7 57 1 6m", "1 b7 4 1", "6m 5 4 5", "1 3m 4 5",
    "4 5 3m 6m", "1 1 4 1", "6m 2m 5 1", "1 57 1 57", "6m 6m 4 5", "1 b3 4 b7", "2m7 57 1M7 1M7", "1 2m 4 1",
]
DEGREES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "b7": 10, "b3": 3}


def parts(symbol):
    """Degree and kind of a chord such as b7, 2m7, 1M7."""
    degree = symbol[:2] if symbol[0] == "b" else symbol[0]
    return degree, symbol[len(degree):]


def root(symbol, key):
    return (key + DEGREES[parts(symbol)[0]]) % 12


def named(symbol, key):
    return KEYS[root(symbol, key)] + parts(symbol)[1]


def is_minor(symbol):
    return "m" in parts(symbol)[1]


def tempo_curve(lot, bars, bpm):
    """The tempo of each bar: most often steady, else drifting, jumping or wavering."""
    kind = lot.random()
    if kind < 0.72:
        return [bpm] * bars
    if kind < 0.88:
        end = bpm * lot.uniform(0.9, 1.1)
        return [bpm + (end - bpm) * bar / (bars - 1) for bar in range(bars)]
    if kind < 0.96:
        jump = lot.randrange(bars // 4, 3 * bars // 4)
        after = bpm * lot.choice([0.75, 0.8, 0.85, 0.9, 1.1, 1.15, 1.25, 1.33])
        return [bpm if bar < jump else after for bar in range(bars)]
    now, curve = bpm, []
    for _ in range(bars):
        now = 0.85 * now + 0.15 * bpm + lot.gauss(0, 0.012 * bpm)
        curve.append(now)
    return curve


def bars_in_a_minute(bpm, metre):
    """Bars in 55 s, at least 12."""
    return max(12, int(55 * bpm / 60 / metre))
