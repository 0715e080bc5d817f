"""Screening 有效诉求初筛: what came in and asks for nothing is set aside by two persons, kept, and can be put back."""
