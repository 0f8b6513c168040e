"""Commerce, which links exist for: products, items in showcases, videos and lives, and who may sell what.

The modules mirror those of the core. `shelf` is the part of the World that holds products and items, `permissions` says
what an account may do, and `picker` what is worth promoting.
"""
