"""songs.py FOLDER FIRST COUNT: makes songs on which the hearing may be tuned, and never is reported.

Song number N is FOLDER/tN.wav, 45 s of mono, and FOLDER/tN.beats, a line a beat: seconds and place in the bar. A number
gives the same song every time (with the packages that scripts/tuning-songs pins). Three in five are played in a style of
Debian's mma over random chords (styled.py), two in five by a band of random patterns (band.py); one in four has a tempo
that drifts, jumps or wavers. Then a sound font, an equaliser, compression and noise are drawn by lot."""

import random
import subprocess
import sys
import tempfile
from pathlib import Path

import band
import numpy as np
import styled
from scipy.io import wavfile
from scipy.signal import butter, sosfilt

SOUND_FONTS = [
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/OPL-3_FM_128M.sf2",
    "/usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
]
RATE_HZ = 44_100
LENGTH_S = 45


def render(midi, wav, font, lot):
    reverb, chorus = str(lot.choice([0, 1])), str(lot.choice([0, 1]))
    command = ["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", str(RATE_HZ), "-R", reverb, "-C", chorus, "-F", wav, font, midi]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def mastered(x, lot):
    """Equalised, compressed and with noise, or some of it, or nothing."""
    filtered = lambda kind, hz: sosfilt(butter(1, hz, kind, fs=RATE_HZ, output="sos"), x).astype(np.float32)
    if lot.random() < 0.5:
        gain = lot.uniform(-0.7, 1.5)
        x = x + gain * filtered("low", lot.uniform(100, 400))
    if lot.random() < 0.5:
        gain = lot.uniform(-0.6, 2)
        x = x + gain * filtered("high", lot.uniform(2000, 8000))
    x = x / max(1e-6, np.abs(x).max())
    if lot.random() < 0.5:
        x = np.tanh(lot.uniform(1, 6) * x)
    if lot.random() < 0.3:
        level = 10 ** lot.uniform(-4, -2)
        x = x + level * np.random.default_rng(lot.randrange(1 << 30)).standard_normal(len(x)).astype(np.float32)
    return x * (0.8 / max(1e-6, np.abs(x).max()))


def finish(rendered, name, beats, lot):
    """A part of the rendering, perhaps after a silence, and its beats."""
    _, both = wavfile.read(rendered)
    x = both.astype(np.float32).mean(1) / 32768
    end = min(len(x) / RATE_HZ, beats[-1][0] + 1.0)
    start = 0 if lot.random() < 0.4 else lot.uniform(0, max(0, end - LENGTH_S))
    x = x[int(start * RATE_HZ):int(min(end, start + LENGTH_S) * RATE_HZ)]
    silence = lot.uniform(0.1, 1.5) if start == 0 and lot.random() < 0.6 else 0
    x = mastered(np.concatenate([np.zeros(int(silence * RATE_HZ), np.float32), x]), lot)
    wavfile.write(name.with_suffix(".wav"), RATE_HZ, (x * 32767).astype(np.int16))
    times = [(time - start + silence, place) for time, place in beats]
    inside = [f"{time:.4f}\t{place}\n" for time, place in times if 0 <= time < len(x) / RATE_HZ - 0.05]
    name.with_suffix(".beats").write_text("".join(inside))


def make(number, folder, styles):
    name = folder / f"t{number:04d}"
    if name.with_suffix(".beats").exists():
        return
    lot = random.Random(number)
    with tempfile.TemporaryDirectory() as work:
        midi = f"{work}/song.mid"
        player = styled.play(lot, midi, styles) if number % 5 < 3 else band.play(lot, midi)
        if player is None:
            print(f"{number}: mma refuses its own style")
            return
        what, beats = player
        font = lot.choice(SOUND_FONTS[:4] if lot.random() < 0.8 else SOUND_FONTS)
        render(midi, f"{work}/song.wav", font, lot)
        finish(f"{work}/song.wav", name, beats, lot)
    print(f"{number}: {what}, {Path(font).stem}", flush=True)


def main(folder, first, count):
    folder.mkdir(parents=True, exist_ok=True)
    styles = styled.styles()
    for number in range(first, first + count):
        make(number, folder, styles)


main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
