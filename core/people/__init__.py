"""The people who work here: accounts 账号, their roles, their sessions, and the tokens of connected systems."""
