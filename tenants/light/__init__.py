"""灯: one ticket driven past its limit on a simulated clock, light by light; the clock process may be killed meanwhile."""
