"""Score components on rows, the fused score, cold start, diversity, exposure. Knows no models, no candidate sources."""
