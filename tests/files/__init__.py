"""Files of tickets: what is taken in, what is kept of it, who sees it, and what becomes of it."""
