"""What the Shopify connector is made of: the requests, the shop they ask, and a product as it goes out."""
