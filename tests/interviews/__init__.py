"""Live interviews: nothing that was asked is lost, nothing is filed twice, and everybody who asked is answered."""
