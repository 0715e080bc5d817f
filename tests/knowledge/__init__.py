"""The knowledge base: what units answer for all who ask."""
