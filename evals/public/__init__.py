"""Public benchmarks for developers: how well the reader and the search do on questions that nobody here wrote."""
