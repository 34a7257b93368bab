"""The documents of results, made of the tables that studies and trials leave."""
