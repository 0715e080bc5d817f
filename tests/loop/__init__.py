"""The loop: from the resident, back to the resident."""
