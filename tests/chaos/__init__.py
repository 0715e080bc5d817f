"""Nothing is lost, doubled or half done, whatever dies and whenever."""
