"""Matrix factorisation with BPR."""
