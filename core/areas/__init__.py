"""Areas 区域: district, street and community as a tree, and where in it a written address or a point lies."""
