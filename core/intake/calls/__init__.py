"""Call records 来电记录: who called when, as the telephone system tells it, and what became of each."""
