"""Prize collections and quizzes: honest draws, one entry a person, a budget that holds."""
