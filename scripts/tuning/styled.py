"""Songs in the styles of mma, the musical MIDI accompaniment of Debian: chords by lot, played in a style."""

import re
import subprocess
from pathlib import Path

import chords
import mido

LIBRARY = Path("/usr/share/mma/lib")
# Not a dance: counts, clicks, and six eighths, which have two readings.
LEFT_OUT = re.compile("none|count|metronome")


def styles():
    """(file, names of its grooves) of all styles in 3/4 and in 4/4."""
    found = {3: [], 4: []}
    for file in sorted(str(path) for path in LIBRARY.rglob("*.mma")):
        text = Path(file).read_text(errors="replace")
        times = re.findall(r"(?im)^\s*time(?:sig)?\s+(\d)(?:[ /]+(\d))?", text)
        names = re.findall(r"(?im)^\s*defgroove\s+(\S+)", text)
        metres, units = {time[0] for time in times}, {time[1] for time in times if time[1]}
        base = Path(file).name
        if not names or LEFT_OUT.match(base) or "68" in base or not units <= {"4"} or metres not in ({"3"}, {"4"}):
            continue
        found[int(metres.pop())].append((file, names))
    return found


def tempo(lot, name):
    """What suits the style, 62 to 208 BPM."""
    middle, spread = 118, 0.33
    if re.search("ballad|slow|lullaby|bolero", name):
        middle, spread = 84, 0.2
    if re.search("fast|quick|bebop|polka|samba", name):
        middle, spread = 160, 0.25
    while True:
        bpm = middle * 2 ** lot.gauss(0, spread)
        if 62 <= bpm <= 208:
            return bpm


def plan(lot, names, main, other, bars, section):
    """The groove of each bar: variations of one, sometimes another, fills at the ends of sections."""
    root = re.sub(r"(?i)(\d*|sus\d*|intro\d*|end\d*|fill\d*|plus)$", "", main) or main
    varied = [name for name in names if re.match(re.escape(root) + r"(\d*|sus\d*|sus|plus)$", name, re.I)] or [root]
    same = varied if root in names else [main]
    intros = [name for name in names if name.lower().startswith(root.lower()) and "intro" in name.lower()]
    fills = [name for name in names if "fill" in name.lower()]
    grooves = []
    while len(grooves) < bars:
        groove = lot.choice(same) if lot.random() < 0.85 else other
        if not grooves and intros and lot.random() < 0.6:
            groove = lot.choice(intros)
        last = lot.choice(fills) if fills and lot.random() < 0.5 else groove
        grooves += [groove] * (section - 1) + [last]
    return grooves


def play(lot, midi, styles):
    """Writes the song; says what it is and where its beats are. None where mma refuses."""
    metre = 3 if lot.random() < 0.13 else 4
    file, names = lot.choice(styles[metre])
    main = lot.choice(names)
    while re.search("intro|end|fill", main, re.I) and len(names) > 3 and lot.random() < 0.9:
        main = lot.choice(names)
    other = lot.choice(names)
    bpm = tempo(lot, Path(file).name.lower())
    bars = chords.bars_in_a_minute(bpm, metre)
    curve = chords.tempo_curve(lot, bars, bpm)
    key = lot.randrange(12)
    progressions = [lot.choice(chords.PROGRESSIONS).split() for _ in range(3)]
    section = lot.choice([4, 8, 8, 8])
    grooves = plan(lot, names, main, other, bars, section)
    halves = lot.random() < 0.3
    # Some styles throw dice of their own.
    lines = ["RndSeed 1", f"Use {file}"]
    for bar in range(bars):
        if bar == 0 or abs(curve[bar] - curve[bar - 1]) > 1e-6:
            lines.append(f"Tempo {curve[bar]:.3f}")
        if bar == 0 or grooves[bar] != grooves[bar - 1]:
            lines.append(f"Groove {grooves[bar]}")
        progression = progressions[bar // section % 3 if lot.random() < 0.97 else 0]
        chord = chords.named(progression[bar % 4], key)
        if halves and metre == 4:
            chord = f"{chord} / {chords.named(progression[(bar + 1) % 4], key)} /"
        lines.append(f"{bar + 1} {chord}")
    score = Path(midi).with_suffix(".mma")
    score.write_text("\n".join(lines) + "\n")
    done = subprocess.run(["mma", "-f", midi, score], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if done.returncode or not Path(midi).exists():
        return None
    return f"{Path(file).stem} {main}, {bpm:.0f} BPM", written_beats(midi, metre, bars)


def written_beats(midi, metre, bars):
    """(seconds, place in the bar) of each beat by the tempi in the file: mma rounds those it is given."""
    file = mido.MidiFile(midi)
    tempi = []
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempi.append((tick, message.tempo))
    tempi.sort(key=lambda change: change[0])
    beats, base, since, tempo, used = [], 0.0, 0, 500_000, 0
    for beat in range(bars * metre):
        tick = beat * file.ticks_per_beat
        while used < len(tempi) and tempi[used][0] <= tick:
            base += (tempi[used][0] - since) * tempo / 1e6 / file.ticks_per_beat
            since, tempo = tempi[used]
            used += 1
        beats.append((base + (tick - since) * tempo / 1e6 / file.ticks_per_beat, beat % metre + 1))
    return beats
