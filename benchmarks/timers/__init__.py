"""What timers cost, and what becomes of them when everything happens at once: `python -m benchmarks.timers`."""
