"""Writes docs/reference and the pictures from code and stacks, and makes a website of docs/."""
