"""The same cuts, speeds and dissolves by MoviePy: moviepy_bench.py OUT SONG FILE:FIRST:LAST:FRAMES…"""

import sys

from moviepy import AudioFileClip, CompositeVideoClip, VideoFileClip, vfx

FPS, DISSOLVE = 30, 12 / 30
clips, at = [], 0.0
for text in sys.argv[3:]:
    path, first, last, frames = text.rsplit(":", 3)
    first, last, frames = int(first), int(last), int(frames)
    length = frames / FPS
    clip = VideoFileClip(path, audio=False).subclipped(first / FPS, last / FPS)
    # Half a second more would be needed to dissolve out of; the next clip fades in over this one's last frames.
    clip = clip.with_effects([vfx.MultiplySpeed(final_duration=length + DISSOLVE)]).with_start(at)
    clips.append(clip.with_effects([vfx.CrossFadeIn(DISSOLVE)]) if clips else clip)
    at += length
sound = AudioFileClip(sys.argv[2]).subclipped(1, 1 + at)
whole = CompositeVideoClip(clips).with_duration(at).with_audio(sound)
whole.write_videofile(sys.argv[1], fps=FPS, codec="libx264", preset="superfast", audio_codec="aac",
                      ffmpeg_params=["-crf", "21"], logger=None)
