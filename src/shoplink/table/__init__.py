"""Tables that people give and get: one reader for every file and pasted list, one writer for every CSV and XLSX.

`open_table` finds the encoding, the delimiter and the header of a file, `rows` yields its rows, and `cell` turns what
people type into a cell into the value that is meant. `write` is the way out. The rules are those of
docs/specification/values.md, sections 2 and 3. JSON does not come through here: it is never guessed at.
"""
