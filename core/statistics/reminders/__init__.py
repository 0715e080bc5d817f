"""Reminder letters 提醒函 from figures: what calls for one, the draft, and what became of the same figure afterwards."""
