"""Loss functions: one function per formula."""
