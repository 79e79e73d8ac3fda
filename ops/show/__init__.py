"""What people see: everything that a command gathers, as text in a terminal or a pipe. Nothing here asks AWS."""
