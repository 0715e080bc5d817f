"""The district's account on Weibo 政务微博 as a way in: its settings, its API, and what residents write to it there."""
