"""The graph recipes, a file each; see `siger_pipeline.graphs.recipe`."""
