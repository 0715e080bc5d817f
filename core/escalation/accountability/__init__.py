"""Cases of accountability 问责: opened against a unit, answered by it, decided by an officer of another one, appealed, closed."""
