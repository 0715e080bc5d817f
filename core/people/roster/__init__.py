"""The duty roster 值班表: who inside a unit takes its tickets, and who is away."""
