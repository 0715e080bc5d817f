"""Appeals come in by every way there is while everything is killed; what is acknowledged is remembered."""
