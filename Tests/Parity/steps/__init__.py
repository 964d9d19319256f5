"""The parity script: every operation of the library, and every form of its options that changes what is sent."""

from . import alerts, capture, events, helpers, indexes, playback, streams, transcripts, understanding

STEPS = [
    step
    for module in (streams, playback, indexes, events, alerts, transcripts, understanding, capture, helpers)
    for step in module.STEPS
]
