"""The pictures of docs/, each drawn from code or stacks: ``graph`` has what is shown, ``drawing`` makes SVG of it."""
