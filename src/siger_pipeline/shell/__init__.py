"""What stands around Kedro: commands, context, parameters, what a run says."""
