"""Figures from elsewhere 外部数字: what another system counted by the month, kept with its source, never mixed with ours."""
