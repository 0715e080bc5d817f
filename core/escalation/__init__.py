"""Escalation: reminding, letters and cases of accountability, when time runs out or danger is near."""
