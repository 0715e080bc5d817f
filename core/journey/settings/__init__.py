"""How a feature's settings change: drafted, checked, tried, approved, in force, rolled back; each step on record."""
