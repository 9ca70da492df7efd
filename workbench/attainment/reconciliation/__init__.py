"""Do e-job plans, ledger, roster templates and ESR agree? Match rates first, then each pair of sources."""
