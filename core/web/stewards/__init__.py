"""Pages of the administrators of system, security and audit 三员: accounts, and what the security log tells."""
