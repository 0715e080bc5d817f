"""Time limits 时限: clocks, their marks and lights, and the timers that make them fire."""
