"""The two languages of the pages."""
