"""The pages of the central city: its districts' figures, never their residents."""
