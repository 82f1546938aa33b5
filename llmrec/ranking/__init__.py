"""Score components on rows, the fused score, cold start and diversity. Knows neither models nor candidates."""
