"""R1: kills, cuts, a meddling person, races and UIDVALIDITY resets lose and double nothing.

Small by default. POSTROOM_CHAOS_FAULTS and POSTROOM_CHAOS_MAILS make it bigger (a release wants
500 and 10000), POSTROOM_CHAOS_SEED another one, POSTROOM_CHAOS_PACE=4 gives a busy machine time.
"""

import os
import random

import pytest

from tests.support.chaos import PACE, Campaign
from tests.support.faultproxy import FaultProxy
from tests.support.mails import make_mails
from tests.support.meddler import Meddler
from tests.support.office import at_dovecot

FAULTS = int(os.environ.get("POSTROOM_CHAOS_FAULTS", "25"))
MAILS = int(os.environ.get("POSTROOM_CHAOS_MAILS", "60"))
SEED = int(os.environ.get("POSTROOM_CHAOS_SEED", "1"))


@pytest.mark.timeout((300 + 12 * FAULTS + MAILS) * PACE)
def test_random_harm_loses_and_doubles_nothing(house, dovecot):
    rng = random.Random(SEED)
    with FaultProxy(dovecot.ports["none"], seed=SEED) as proxy:
        office = at_dovecot(house, dovecot, security="none", port=proxy.port)
        meddler = Meddler(office.post.connect, random.Random(rng.random()))
        campaign = Campaign(
            office,
            proxy,
            meddler,
            lambda keep: dovecot.reset_uidvalidity(office.post.user, "Incoming", keep_uids=keep),
            seed=SEED,
        )
        campaign.run(make_mails(MAILS, rng), FAULTS, limit=120 + 12 * FAULTS)
        house.calm(timeout=(120 + MAILS / 10) * PACE, also=office.all_filed)
        print(campaign.report())  # shown when the oracle is not content
        office.check(meddled=meddler.touched, rest=True)
    assert len(meddler.touched) < MAILS / 2, "too little was left for the oracle to judge"
