"""Routing: to whom a ticket goes, why, and back again."""
