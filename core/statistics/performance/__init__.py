"""Yearly performance 年度绩效 of units: computed from counts, frozen, open to objections, signed, and never changed."""
