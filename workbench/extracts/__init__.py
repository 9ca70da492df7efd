"""Extract files, read by contract: typed, with rejects kept, and with pseudonyms in the place of staff numbers."""

from workbench.extracts.contracts import Column, Contract, contract_named, contracts
from workbench.extracts.reading import file_sha256, landed_schema, read_extract
from workbench.extracts.recognising import recognise
from workbench.extracts.report import ReadReport

__all__ = [
    "Column",
    "Contract",
    "ReadReport",
    "contract_named",
    "contracts",
    "file_sha256",
    "landed_schema",
    "read_extract",
    "recognise",
]
