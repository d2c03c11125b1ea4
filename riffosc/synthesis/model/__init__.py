"""The embedded model: made for loops, small enough to ship, circular by construction."""
