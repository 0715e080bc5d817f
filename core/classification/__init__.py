"""Classification: what an appeal is about (matter 事项), of what nature, how urgent."""
