"""The district's WeChat account: what residents write to it, and what it says, against a double of WeChat."""
