"""What the commands other than `check` do. Each takes the parsed options and a way to print, and gives an exit code."""
