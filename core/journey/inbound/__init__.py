"""What other systems push: received and kept, taken in as tickets, and what a person does where that does not succeed."""
