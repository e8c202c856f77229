"""Songs by a band whose patterns are drawn by lot: drums, bass, guitar, pad, lead, arpeggio.

A bar has sixteenths 0 to 15 (0 to 11 in three). Each of three kinds of section has patterns of its own."""

import chords
import mido

STYLES = [
    "rock", "rock", "metal", "punk", "house", "trance", "dnb", "hiphop", "halftime", "disco", "reggaeton", "pop",
    "shuffle", "waltz", "funk", "ballad", "gabber", "techno", "metal", "edm",
]
TEMPI_BPM = {
    "rock": (95, 165), "metal": (105, 210), "punk": (150, 215), "house": (118, 132), "trance": (128, 145),
    "dnb": (160, 182), "hiphop": (72, 105), "halftime": (110, 160), "disco": (105, 130), "reggaeton": (85, 105),
    "pop": (85, 140), "shuffle": (95, 160), "waltz": (85, 190), "funk": (90, 120), "ballad": (60, 90),
    "gabber": (155, 200), "techno": (122, 150), "edm": (110, 150),
}
MACHINES = ("house", "trance", "techno", "edm", "gabber", "dnb")
TICKS = 480
BASS, GUITAR, PAD, LEAD, ARPEGGIO, DRUMS = 0, 1, 2, 3, 4, 9
SCALE = [0, 2, 4, 5, 7, 9, 11]


class Band:
    def __init__(self, lot):
        self.lot = lot
        self.style = lot.choice(STYLES)
        self.metre = 3 if self.style == "waltz" else 4
        self.slots = 4 * self.metre
        self.bpm = lot.uniform(*TEMPI_BPM[self.style])
        self.bars = chords.bars_in_a_minute(self.bpm, self.metre)
        human = self.style not in MACHINES or lot.random() < 0.1
        self.curve = chords.tempo_curve(lot, self.bars, self.bpm) if human else [self.bpm] * self.bars
        self.swings = self.style == "shuffle" or (self.style in ("hiphop", "funk") and lot.random() < 0.4)
        self.swing = lot.uniform(0.58, 0.67) if self.swings else 0.5
        self.slip = lot.uniform(0, 0.012)
        self.progressions = [lot.choice(chords.PROGRESSIONS).split() for _ in range(3)]
        self.key = lot.randrange(12)
        lot.random()  # Means nothing; without it the songs would be others.
        self.section = lot.choice([4, 8, 8, 16])
        self.guitar = lot.choice([29, 30, 30, 27, 28, 25, 26, 4, 0, 16, 17, 81, 82])
        self.bass = lot.choice([33, 34, 35, 38, 39, 36, 32])
        self.pad = lot.choice([88, 89, 90, 48, 50, 51, 0, 4, 18, 91])
        self.lead = lot.choice([80, 81, 56, 65, 73, 62, 53, 29, 30, 11, 24])
        self.hat = lot.choice([42, 42, 46, 51, 70, 44])
        self.snare = lot.choice([38, 40] if self.style in ("metal", "punk") else [38, 40, 39, 37])
        self.kick = lot.choice([35, 36])
        self.late_drums = lot.random() < 0.15
        self.events = []

    # --- patterns: the sixteenths that are played ---------------------------------------------------------------

    def any_of(self, slots, share):
        return [slot for slot in slots if self.lot.random() < share]

    def kicks(self):
        lot, style, slots = self.lot, self.style, self.slots
        if style in ("house", "trance", "disco", "techno", "gabber", "edm"):
            return list(range(0, slots, 4)) + self.any_of([14], 0.2)
        if style == "waltz":
            return [0] + self.any_of([8], 0.1)
        if style == "dnb":
            return [0, 10] + self.any_of([2], 0.2)
        if style == "halftime":
            return [0] + self.any_of((6, 10, 3, 14), 0.35)
        if style == "reggaeton":
            return [0, 4, 8, 12]
        if style == "hiphop":
            return [0] + self.any_of((3, 6, 7, 10, 11, 14), 0.35)
        if style == "metal" and lot.random() < 0.4:
            return list(range(0, slots, lot.choice([1, 2, 2])))
        if style == "punk":
            return lot.choice([[0, 8], [0, 6, 8], [0, 4, 8, 12], [2, 6, 10, 14], [0, 10]])
        second = lot.choice([[8], [8, 10], [6, 8], [10], [8, 14], [7, 8], [6, 10], [2, 8, 10]])
        return sorted({0, *second, *self.any_of((3, 7, 11, 15), 0.08)})

    def snares(self):
        lot, style = self.lot, self.style
        if style == "waltz":
            return lot.choice([[4, 8], [8], [4, 8], []])
        if style == "halftime":
            return [8]
        if style == "reggaeton":
            return [3, 6, 11, 14]
        if style == "punk" and lot.random() < 0.3:
            return [2, 6, 10, 14]
        if style == "metal" and lot.random() < 0.2:
            return [8]
        if style in ("house", "techno", "trance", "gabber", "edm"):
            return lot.choice([[4, 12], [4, 12], []])
        return [4, 12] + self.any_of((7, 9, 10, 15), 0.15 if style in ("funk", "hiphop", "dnb") else 0.04)

    def hats(self):
        kind, slots = self.lot.random(), self.slots
        if self.style in ("house", "trance", "disco", "techno", "edm") and kind < 0.7:
            return list(range(2, slots, 4)) + (list(range(0, slots, 2)) if self.lot.random() < 0.3 else [])
        if kind < 0.9:
            return list(range(0, slots, 2 if kind < 0.5 else 4 if kind < 0.7 else 1))
        return self.any_of(range(slots), 0.4)

    def new_section(self):
        """What a kind of section plays. The order of the draws makes the songs."""
        lot, slots, style = self.lot, self.slots, self.style
        kind = {
            "kicks": self.kicks(),
            "snares": self.snares(),
            "hats": self.hats(),
            "bass": lot.choice(["eighth", "root", "kick", "off", "sync", "quarter", "walk"]),
            "guitar": lot.choice(
                ["off", "eighth", "hold", "hold", "gallop", "stab", "sync", "sixteenth", "quarter", "none"]
            ),
            "lead": lot.random() < 0.6,
            "pad": lot.random() < 0.5,
            "drums": lot.random() < 0.93,
            "bass sync": self.any_of(range(slots), 0.4),
            "guitar sync": self.any_of(range(slots), 0.35),
            "melody": [(lot.random() < 0.35, lot.randrange(7)) for _ in range(2 * slots)],
            "arpeggio": lot.random() < 0.3,
            "crash": lot.random() < 0.7,
        }
        if style in ("trance", "techno", "house") and lot.random() < 0.4:
            kind["bass"] = "off"
        if style in ("metal", "punk"):
            kind["guitar"] = lot.choice(["eighth", "gallop", "sixteenth", "hold", "sync"])
        return kind

    # --- playing ------------------------------------------------------------------------------------------------

    def place(self, slot):
        """Where a sixteenth lies in its bar, beats."""
        beat, part = divmod(slot, 4)
        swing = self.swing
        return beat + ([0, swing / 2, swing, swing + (1 - swing) / 2] if self.swings else [0, 0.25, 0.5, 0.75])[part]

    def hit(self, channel, bar, slot, note, velocity, beats=0.2):
        time = bar * self.metre + self.place(slot) + self.lot.gauss(0, self.slip)
        velocity = max(1, min(127, int(velocity + self.lot.gauss(0, 6))))
        self.events.append((time, channel, note, velocity, beats))

    def play_drums(self, bar, kind):
        lot, slots = self.lot, self.slots
        fill = self.fill
        before_fill = lambda pattern: [slot for slot in pattern if not (fill and slot >= slots // 2)]
        for slot in before_fill(kind["kicks"]):
            self.hit(DRUMS, bar, slot, self.kick, 115)
        for slot in before_fill(kind["snares"]):
            self.hit(DRUMS, bar, slot, self.snare, 112 if slot % 4 == 0 else 70)
        for slot in range(slots // 2, slots) if fill else []:
            if lot.random() < 0.7:
                self.hit(DRUMS, bar, slot, lot.choice([38, 41, 43, 45, 47, 48]), 105)
        for slot in kind["hats"]:
            self.hit(DRUMS, bar, slot, self.hat, 92 if slot % 4 == 0 else lot.choice([65, 75, 92]))
        if bar % self.section == 0 and kind["crash"]:
            self.hit(DRUMS, bar, 0, lot.choice([49, 57]), 110)

    def play_bass(self, bar, kind, root):
        slots, name = self.slots, kind["bass"]
        pattern = {
            "eighth": range(0, slots, 2), "root": [0], "kick": kind["kicks"], "off": range(2, slots, 4),
            "sync": kind["bass sync"], "quarter": range(0, slots, 4), "walk": range(0, slots, 4),
        }[name]
        for slot in pattern:
            step = self.lot.choice([0, 3, 5, 7, 12]) if name == "walk" and slot else 0
            self.hit(BASS, bar, slot, 28 + (root - 4) % 12 + step, 100, self.metre * 0.9 if name == "root" else 0.4)

    def play_guitar(self, bar, kind, root, triad):
        slots, name = self.slots, kind["guitar"]
        pattern = {
            "off": range(2, slots, 4), "eighth": range(0, slots, 2), "hold": [0],
            "gallop": [slot for slot in range(slots) if slot % 4 != 1], "stab": [0, 6] if slots == 16 else [0],
            "sync": kind["guitar sync"], "sixteenth": range(slots), "quarter": range(0, slots, 4), "none": [],
        }[name]
        power = self.guitar in (29, 30)
        for slot in pattern:
            for step in [0, 7, 12] if power else [0] + triad[1:]:
                note = (40 if power else 52) + (root - 4) % 12 + step
                self.hit(GUITAR, bar, slot, note, 88, self.metre * 0.95 if name == "hold" else 0.22)

    def play_tunes(self, bar, kind, root, triad):
        slots = self.slots
        for step in triad if kind["pad"] else []:
            self.hit(PAD, bar, 0, 60 + root % 12 + step - (12 if root > 6 else 0), 75, self.metre * 0.97)
        for slot in range(slots) if kind["lead"] else []:
            sings, degree = kind["melody"][bar % 2 * slots + slot]
            if sings and (slot % 2 == 0 or self.lot.random() < 0.3):
                step = triad[degree % 3] + root - self.key if slot % 8 == 0 else SCALE[degree]
                self.hit(LEAD, bar, slot, 60 + (self.key + step) % 12 + 12 * (degree > 4), 90, 0.4)
        for slot in range(slots) if kind["arpeggio"] else []:
            self.hit(ARPEGGIO, bar, slot, 60 + root % 12 + triad[slot % 3] + 12 * (slot // 3 % 2), 65, 0.2)

    def play(self):
        kinds = [None] * 3
        for bar in range(self.bars):
            section = bar // self.section
            number = (section * 7 + section // 2) % 3
            if bar % self.section == 0 and kinds[number] is None:
                kinds[number] = self.new_section()
            kind, progression = kinds[number], self.progressions[number]
            symbol = progression[bar % 4] if self.lot.random() < 0.98 else self.lot.choice(progression)
            root = chords.root(symbol, self.key)
            triad = [0, 3 if chords.is_minor(symbol) else 4, 7]
            self.fill = bar % self.section == self.section - 1 and self.lot.random() < 0.5
            if kind["drums"] and not (bar < self.section and self.late_drums):
                self.play_drums(bar, kind)
            self.play_bass(bar, kind, root)
            self.play_guitar(bar, kind, root, triad)
            self.play_tunes(bar, kind, root, triad)

    def write(self, midi):
        messages = []
        for bar, bpm in enumerate(self.curve):
            messages.append((bar * self.metre * TICKS, 0, mido.MetaMessage("set_tempo", tempo=int(60e6 / bpm))))
        programs = {
            BASS: self.bass, GUITAR: self.guitar, PAD: self.pad, LEAD: self.lead,
            ARPEGGIO: self.lot.choice([81, 80, 4, 46, 6]),
        }
        for channel, program in programs.items():
            messages.append((0, 1, mido.Message("program_change", channel=channel, program=program)))
        for channel in (BASS, GUITAR, PAD, LEAD, ARPEGGIO, DRUMS):
            volume = self.lot.randrange(60, 127)
            messages.append((0, 1, mido.Message("control_change", channel=channel, control=7, value=volume)))
        for time, channel, note, velocity, beats in self.events:
            on = max(0, int(time * TICKS))
            off = on + max(20, int(beats * TICKS))
            messages.append((on, 3, mido.Message("note_on", channel=channel, note=note, velocity=velocity)))
            messages.append((off, 2, mido.Message("note_off", channel=channel, note=note)))
        messages.sort(key=lambda message: message[:2])
        track, last = mido.MidiTrack(), 0
        for tick, _, message in messages:
            track.append(message.copy(time=tick - last))
            last = tick
        file = mido.MidiFile(ticks_per_beat=TICKS)
        file.tracks.append(track)
        file.save(midi)


def play(lot, midi):
    """Writes the song; says what it is and where its beats are."""
    band = Band(lot)
    band.play()
    band.write(midi)
    beats, time = [], 0.0
    for bpm in band.curve:
        for place in range(band.metre):
            beats.append((time, place + 1))
            time += 60 / bpm
    return f"band {band.style}, {band.bpm:.0f} BPM", beats
