"""The only place with SQL: the database and its embedded server, the migrations, and what is kept.

`database` opens it, `migrate` brings it up to date, `queries` reads the named statements of `sql/`;
`organizations`, `credentials`, `runs`, `uploads` and the merge keep things in it.
"""
