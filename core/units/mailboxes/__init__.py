"""Leaders' mailboxes 领导信箱 of all levels: whose each one is, who handles its letters, and what and where it is for."""
