"""Every page of the application in a real browser: who opens it, and what is asked of each."""
