"""Drafts on the pages: every form with free text is named and filled in by one rule; no page has to know of it."""
