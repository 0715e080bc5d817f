"""Time limits through the service: pauses, extensions, caps, changed limits, reviews, windows and calendars."""
