"""Commission: whose each order is, the files of orders and periods, and the statements made from them."""
