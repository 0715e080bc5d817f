"""Long work: tasks, deeds on many tickets, lists that are saved and exported, imports."""
