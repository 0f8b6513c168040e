"""What a link is for: products, what lies in showcases, videos and lives, and who may sell what.

Beside the core's life of a link: `facts`, `commands` and `events` as there; `shelf` is the part of the World that
holds products and items; `decide` and `rules` judge; `permissions` tells what an account may do, `picker` what is
worth promoting.
"""
