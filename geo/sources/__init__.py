"""Where surveyed geometry comes from: OpenStreetMap and files."""
