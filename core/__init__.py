"""What every district shares: tickets, units, time limits and the hooks through which districts differ."""
