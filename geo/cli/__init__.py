"""The command line: parse, call the package, print."""
