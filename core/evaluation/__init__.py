"""Evaluation: asking the resident whether it helped 回访, and keeping what they say 评价."""
