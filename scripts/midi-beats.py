#!/usr/bin/env python3
"""midi-beats.py notated|played PIECE.mid START_S LENGTH_S > PIECE.beats

The exact beats of a composition, out of its tempo map: a line a beat from START_S on, seconds and place in the bar.
Says nothing and ends with 3 where the composition is no dance: not in 4/4 throughout, shorter than START_S + LENGTH_S,
or without drums that play on sixteenths.

`notated` takes every quarter for a beat. A sequencer without triplets writes a shuffle on sixteenths: its beat is three of
them, and its bar of four beats as long as three quarters. `played` tells that by the drums (see `shuffled`)."""
import struct
import sys


def number(data, at):
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def events(track):
    """(tick, status, data) of each event."""
    at = tick = status = 0
    while at < len(track):
        delta, at = number(track, at)
        tick += delta
        if track[at] >= 0x80:
            status, at = track[at], at + 1
        if status in (0xF0, 0xF7):
            length, at = number(track, at)
            at += length
        elif status == 0xFF:
            kind = track[at]
            length, at = number(track, at + 1)
            yield tick, kind, track[at:at + length]
            at += length
        else:
            length = 1 if status >> 4 in (0xC, 0xD) else 2
            yield tick, status, track[at:at + length]
            at += length


def read(path):
    data = open(path, "rb").read()
    division = struct.unpack(">H", data[12:14])[0]
    at, drums, tempi, metres, last = 14, [], [(0, 500_000)], set(), 0
    while at + 8 <= len(data):
        size = struct.unpack(">I", data[at + 4:at + 8])[0]
        if data[at:at + 4] == b"MTrk":
            for tick, status, what in events(data[at + 8:at + 8 + size]):
                last = max(last, tick)
                if status == 0x99 and what[1] > 0:
                    drums.append((tick, what[0]))
                elif status == 0x51:
                    tempi.append((tick, int.from_bytes(what, "big")))
                elif status == 0x58:
                    metres.add((what[0], 1 << what[1]))
        at += 8 + size
    return division, drums, sorted(tempi, key=lambda change: change[0]), metres or {(4, 4)}, last


def seconds(tick, tempi, division):
    total = 0.0
    for (start, tempo), (end, _) in zip(tempi, tempi[1:] + [(tick, 0)]):
        if start < tick:
            total += (min(tick, end) - start) / division * tempo / 1e6
    return total


def shuffled(drums, division):
    """Whether what the drums play comes again after three quarters, and mostly not after four."""
    struck = {(round(tick / division * 4), drum) for tick, drum in drums}
    again = lambda later: sum((at + later, drum) in struck for at, drum in struck)
    return again(12) > 2 * again(16)


def main(how, path, start_s, length_s):
    division, drums, tempi, metres, last = read(path)
    sixteenths = [tick / division * 4 % 1 for tick, _ in drums]
    on = sum(min(part, 1 - part) < 0.12 for part in sixteenths)
    enough = len(drums) >= 200 and seconds(last, tempi, division) >= start_s + length_s - 5
    if metres != {(4, 4)} or not enough or on < 0.95 * len(drums):
        sys.exit(3)
    length = division * 3 // 4 if how == "played" and shuffled(drums, division) else division
    for beat in range(max(drums)[0] // length):
        time = seconds(beat * length, tempi, division) - start_s
        if 0 <= time < length_s:
            print(f"{time:.4f}\t{beat % 4 + 1}")


main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
