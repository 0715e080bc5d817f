"""The central city's own counts: what its districts counted, brought together in the city's tenant, and what is told of it."""
