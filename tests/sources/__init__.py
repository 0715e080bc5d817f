"""The registry of sources 来源名册: each old way in under one name and one channel."""
