"""Attribution of whole files of orders: one Ibis expression, run by DuckDB on this machine or by Spark on a cluster.

Only this package works with tables of columns; it uses neither the database nor the wording. Import it only where it is
needed, because its libraries are slow to load.
"""
