"""The registry of sources 来源: every line, account, site and system by which people speak, under one name and one channel."""
