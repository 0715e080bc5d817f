"""Phones 手机 as residents type them, and the codes by which one is shown to be at hand."""
