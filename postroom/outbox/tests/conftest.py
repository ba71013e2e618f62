"""An account to send with, and somebody who writes."""

import pytest
from django.test import Client as Browser

from postroom.connections.models import SmtpAccount
from postroom.outbox.tests.post import make_account
from tests.support.cast import Cast


@pytest.fixture
def desk(cast: Cast) -> SmtpAccount:
    """The practice's account."""
    return make_account(cast.practice, address="desk@tern.example", display_name="")


@pytest.fixture
def browser(cast: Cast, desk: SmtpAccount) -> Browser:
    return cast.browser(cast.bob)
