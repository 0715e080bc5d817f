"""Speaking with a resident in the district's WeChat account 会话: a new appeal, more to it, how it stands, and its rating."""
