"""A synth of the stacks beside the same program with the provider's bindings loaded as they come."""
