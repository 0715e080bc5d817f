"""Going to residents 主动联系: residents' meetings, officials at people's doors, visits, and what was said there."""
