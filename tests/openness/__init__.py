"""What everybody may follow of tickets."""
