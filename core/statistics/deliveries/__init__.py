"""Figures that are sent by mail when a week or month is over 定期发送."""
