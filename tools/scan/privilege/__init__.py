"""Least privilege: what each role may do, beside what it was seen to do."""
