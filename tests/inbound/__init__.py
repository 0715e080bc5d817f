"""What other systems push: received, kept, taken in, and entered by hand where that does not succeed."""
