"""Charts of studies: what they show, apart from how a page or a paper draws it."""
