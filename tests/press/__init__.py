"""Pressing: instructions, supervision and letters by people, the steps of districts, and the hours of the night."""
