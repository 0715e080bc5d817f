"""Counter entries 代录: what a community centre writes down for somebody else, at its counter or at their door."""
