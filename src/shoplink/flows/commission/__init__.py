"""Commission: attribution of orders, the files of orders and periods, and the statements made from them."""
