"""W: to come."""
