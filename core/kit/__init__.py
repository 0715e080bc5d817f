"""Domain-free ground: database, refusals, ids, keys and the outbox. Knows nothing of tickets."""
