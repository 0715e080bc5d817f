"""What residents hold themselves 诉求人: a phone that is shown to be theirs, an appeal that is begun, their rights to what is kept about them."""
