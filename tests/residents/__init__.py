"""What residents hold themselves: phones shown to be at hand, and their rights to what is kept about them."""
