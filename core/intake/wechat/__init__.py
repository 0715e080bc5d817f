"""The district's WeChat official account 服务号 as a way in: its settings, its envelopes, and what is in them."""
