"""What develops and proves the platform: none of it is deployed.

``local`` is the platform on one machine, ``bench`` measures, ``fuzz`` breaks, ``scan`` reviews security, ``site``
writes the documentation, ``ci`` comments plans on pull requests. May import every other top-level package.
"""
