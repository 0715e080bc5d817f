"""The duty list: whose what is, in tables and versions."""
