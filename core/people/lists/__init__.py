"""Lists of tickets that people saved under a name 常用列表."""
