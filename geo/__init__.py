"""Where: areas, boundary, H3 grid, projections, Danish addresses. Pure: no files, no network."""
