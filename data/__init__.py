"""What is kept: the only package that opens files, sockets and databases."""
