"""SLMRec."""
