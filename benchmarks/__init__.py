"""Measurements as ratios within one run; never tests."""
