"""Who has a ticket open at this moment, and who is filling in a form on it; forgotten as soon as it is over."""
