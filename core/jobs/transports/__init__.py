"""The ways out to people: an SMS gateway and a mail server, each behind the same small face."""
