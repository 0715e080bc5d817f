"""What features show and do through the core: their pages, commands, daily jobs, and what follows an event."""
