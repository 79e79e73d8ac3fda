"""The stack of the roles that GitHub workflows take, and what these may do."""
