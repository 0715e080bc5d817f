"""What a district lets its city see beside counts 授权: single tickets, for a time, by its own decision."""
