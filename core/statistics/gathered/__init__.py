"""The counts of a city's districts, brought together in the city's own tenant: the tables, the copying, the reading, and who is counted."""
