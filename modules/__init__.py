"""The infrastructure: CDKTF constructs and the stacks made of them. No code that runs on AWS.

Imports ``envs`` and ``contract``; the programs are packed by their folders' paths (``packaging.py``). Begin with
``stack.py``.
"""
