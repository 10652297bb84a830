"""What is seen: results in, pages and GeoJSON out."""
