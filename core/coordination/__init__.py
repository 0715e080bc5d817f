"""Units come together over a ticket: meetings with outsiders, what each unit is to do, checks of all that is alike, what stays."""
