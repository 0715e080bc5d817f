"""Mentions of the district's account on Weibo, against a double of Weibo's API."""
