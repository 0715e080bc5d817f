"""Tables of appeals 批量来件 as people have them: delimited text and workbooks, read row by row."""
