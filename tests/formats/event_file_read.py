"""Prints, as JSON, what TensorBoard's own reader finds in a folder of event files. Usage: event_file_read.py FOLDER"""

import io
import json
import sys

import imageio.v3
from tensorboard.backend.event_processing import event_accumulator

events = event_accumulator.EventAccumulator(
    sys.argv[1], size_guidance={event_accumulator.SCALARS: 0, event_accumulator.IMAGES: 0}
)
events.Reload()
tags = events.Tags()
scalars = {tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)] for tag in tags["scalars"]}
images = {
    tag: [
        {
            "step": e.step,
            "width": e.width,
            "height": e.height,
            "pixels": imageio.v3.imread(io.BytesIO(e.encoded_image_string)).tolist(),
        }
        for e in events.Images(tag)
    ]
    for tag in tags["images"]
}
print(json.dumps({"scalars": scalars, "images": images}))
