"""Features 功能 of a tenant: which are on and in what order, switching them, and what became of those that fail."""
