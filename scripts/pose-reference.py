"""Makes crates/pose/tests/reference: what the reference runtime says of two photographs.

    python3 -m venv venv && venv/bin/pip install ai-edge-litert==2.* numpy opencv-python-headless scikit-image pooch
    venv/bin/python scripts/pose-reference.py .tools/pose crates/pose/tests/reference

The pictures are scikit-image's `astronaut` (NASA, public domain) and `camera` (CC0), made 256 pixels wide. For the
landmark model the whole picture is the region; for the detector it is its middle 224 by 224 pixels.
"""
import json
import pathlib
import sys

import cv2
import numpy
import skimage.data
from ai_edge_litert.interpreter import Interpreter

models, folder = map(pathlib.Path, sys.argv[1:3])


def run(model, picture):
    interpreter = Interpreter(str(models / model), num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None])
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]).reshape(-1) for output in interpreter.get_output_details()]


for name in ("astronaut", "camera"):
    picture = getattr(skimage.data, name)()
    if picture.ndim == 2:
        picture = numpy.repeat(picture[:, :, None], 3, axis=2)
    picture = cv2.resize(picture, (256, 256), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(folder / f"{name}.png"), picture[:, :, ::-1])
    outputs = run("pose_landmark_lite.tflite", picture.astype(numpy.float32) / 255)
    landmarks = {
        "landmarks": [round(float(v), 4) for v in next(o for o in outputs if o.size == 195)],
        "presence": float(next(o for o in outputs if o.size == 1)[0]),
    }
    small = picture[16:240, 16:240]
    boxes, scores = sorted(run("pose_detection.tflite", small.astype(numpy.float32) / 127.5 - 1), key=lambda o: -o.size)
    best = int(scores.argmax())
    detector = {
        "best": best,
        "score": float(scores[best]),
        "box": [round(float(v), 4) for v in boxes[12 * best : 12 * best + 12]],
    }
    values = {"detector": detector, "landmarks": landmarks}
    (folder / f"{name}.json").write_text(json.dumps(values, indent=1) + "\n")
    print(name, landmarks["presence"], best, detector["score"])
