"""Somebody at the pages without a browser: cookies, forms, and every answer kept."""

import re
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back; `url` is where the redirects ended."""

    status: int
    url: str
    body: bytes


@dataclass
class Visitor:
    """One person's cookies at one address; `answers` is all they were shown."""

    base: str
    cookies: CookieJar = field(default_factory=CookieJar)
    answers: list[Answer] = field(default_factory=list)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask(Request(self.base + path))

    def post(self, path: str, **fields: str) -> Answer:
        """Fill in the form of a page and send it."""
        return self.send(path, path, **fields)

    def send(self, page: str, path: str, **fields: str) -> Answer:
        """Fill in a form of this page that goes to another address."""
        token = _TOKEN.search(self.get(page).body)
        assert token, f"{page} has no form"
        data = urlencode({**fields, "csrfmiddlewaretoken": token[1].decode()}).encode()
        return self._ask(Request(self.base + path, data, {"Origin": self.base}))

    def sign_in(self, address: str, password: str) -> Answer:
        """Sign in; where it leads to is the front page of the practice."""
        return self.post("/sign-in", username=address, password=password)

    def cookie(self, name: str) -> str:
        """A cookie's value. Raises StopIteration where there is none."""
        return next(str(one.value) for one in self.cookies if one.name == name)

    def _ask(self, request: Request) -> Answer:
        opener: OpenerDirector = build_opener(HTTPCookieProcessor(self.cookies))
        try:
            with opener.open(request, timeout=60) as answer:
                got = Answer(answer.status, answer.url, answer.read())
        except HTTPError as error:
            with error:
                got = Answer(error.code, error.url, error.read())
        self.answers.append(got)
        return got
