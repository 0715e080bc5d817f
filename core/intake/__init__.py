"""Intake: an appeal 诉求 becomes a ticket; what came in is kept as it came."""
