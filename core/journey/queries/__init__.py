"""What the pages show: reading a ticket across all the stages it has walked through."""
