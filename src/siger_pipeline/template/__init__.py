"""What `siger-pipeline init` lays out.

A package, and so no part of the one around it, whose files count as the code of every node: a line
of `conf/` would make all of them stale.
"""
