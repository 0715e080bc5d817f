"""The second factor 动态口令 of a sign-in: a code from the person's own phone, and recovery codes for when it is lost."""
