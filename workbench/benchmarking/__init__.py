"""How an organisation compares: the published figures of its peers."""

from workbench.benchmarking.published_peers import peer_distribution, published_absence, published_totals

__all__ = ["peer_distribution", "published_absence", "published_totals"]
