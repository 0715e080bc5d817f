"""Hotlines that were merged into one number 并入热线: their old numbers, by which tickets still say where they came from."""
