"""Live interviews 微访谈: those in charge answer residents' questions for an hour or two, and no question is lost afterwards."""
