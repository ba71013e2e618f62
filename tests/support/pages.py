"""Pages as tests read them."""


def flat(html: str) -> str:
    """A page's HTML with each run of white space as one space, and none between two tags: where
    the lines of a template break says nothing."""
    return " ".join(html.split()).replace("> <", "><")
