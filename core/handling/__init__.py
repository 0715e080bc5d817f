"""Handling 办理: the unit signs, works and replies; the reviewer passes or returns the reply."""
