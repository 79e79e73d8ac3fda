"""What is held of a person: found in every place, handed over as one file, and proven to be gone.

``listing`` and ``places`` say what lies where, ``words`` and ``scanning`` look into bytes of any format, ``rows`` into
tables and CSVs; ``finding``, ``exporting`` and ``proof`` are the three commands' work.
"""
