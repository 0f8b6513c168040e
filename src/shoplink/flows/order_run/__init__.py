"""Files of orders that people send to a console, and the runs that judge them by `shoplink attribute`."""
