"""Serving: the notebooks as dashboards in a browser, and JupyterLab for those who explore."""
