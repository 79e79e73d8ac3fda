"""``erase``: a tombstone, an ordinary run, and then what is older goes; step by step, journalled, from any point on.

``erasure`` has the steps. ``journal`` knows how far they have come, and no names; ``stages`` runs ETL-1 and ETL-2,
``burying`` writes the tombstones, ``purging`` deletes objects and versions.
"""
