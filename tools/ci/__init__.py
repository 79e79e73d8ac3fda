"""What the workflows run: plans, and what they say about them on pull requests."""
