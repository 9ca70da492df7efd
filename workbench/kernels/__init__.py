"""What the kernels that run our notebooks are given, in packs and in dashboards alike."""

from workbench.kernels.environment import KERNELSPEC, kernel_environment

__all__ = ["KERNELSPEC", "kernel_environment"]
