"""Big screens 大屏: figures of the city on a wall, behind a link, without anybody's session."""
