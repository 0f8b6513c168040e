"""HTTP for the API: requests in, responses and problem documents out, and the document that describes both."""
