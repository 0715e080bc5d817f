"""Early warning 综合预警: what rises unusually against its own past, what people said of each warning, and what is asked about most."""
