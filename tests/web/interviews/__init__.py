"""The pages of live interviews: the desk, the hour itself, the public, and the API."""
