"""Leaders' mailboxes and merged hotlines as lists: put from files, chosen among, and counted."""
