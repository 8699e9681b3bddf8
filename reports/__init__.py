"""What people get to see: figures to page, list and mail. A leaf: it imports nothing of ours."""
