"""Third-party panels 第三方评价小组: outsiders drawn by lot who judge from a redacted file what is in dispute."""
