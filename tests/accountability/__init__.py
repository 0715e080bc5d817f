"""Cases of accountability: opened once, worked by those who may, forward only, and printed as a file."""
