"""Why a file is no table."""


class NotATable(Exception):
    """Of a text: damaged (data: line), encoding, nothing. Of a workbook: unreadable, locked, huge.

    Whoever reads more into a table adds codes of its own.
    """

    def __init__(self, code: str, **data: str) -> None:
        super().__init__(code)
        self.code, self.data = code, data
