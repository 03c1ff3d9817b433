"""Kinds of defects that no finding speaks of yet: each moves to where it is noticed, as a plain word, on the day it gets its rule."""

PIPELINES_LEFT_OUT = "pipelines_left_out"
"""Deals of pipelines that are not audited; ``sample`` names those that are, ``column`` is the header that tells them."""
IGNORED_TABLE = "ignored_table"
"""A file of the CRM that holds nothing for an audit; ``sample`` is the CRM's name."""
