"""Areas: where an address or a point lies."""
