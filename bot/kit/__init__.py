"""Small things for every room; nothing of ours stands behind them."""
