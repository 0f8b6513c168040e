"""Whose order is it, for whole files: one Ibis expression, run by DuckDB here or by Spark on a cluster.

The only package that knows tables of columns; it knows neither the database nor sentences. Nothing of it is imported
before it is needed, because its libraries take long to load.
"""
