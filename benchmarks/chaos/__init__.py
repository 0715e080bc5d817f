"""Killing everything at random while commands are being given: `python -m benchmarks.chaos`."""
