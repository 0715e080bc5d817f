"""Warnings of unusual rises, and what is asked about most."""
