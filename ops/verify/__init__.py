"""``python -m ops verify``: proves that a deployment works, by running it and by making it fail.

``checks.py`` lists the checks, each in a module of its own; ``verification.py`` makes them and cleans up; ``report.py``
is what comes of it, ``page.py`` its page.
"""
