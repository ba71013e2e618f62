"""A worker holds only so many connections; accounts beyond are filed all the same."""

from tests.support.office import at_dovecot


def test_accounts_without_a_watcher_are_filed_and_hear_of_acts(house, dovecot):
    offices = [at_dovecot(house, dovecot, name=name) for name in ("First", "Second", "Third")]
    for office in offices:
        dovecot.watch(office.post.user)
    offices[2].put_new(14)
    # The interval is far longer than the test: what is done later is done because it was heard.
    worker = house.spawn("worker", POSTROOM_WATCHERS="1", POSTROOM_POLL_SECONDS="3600")
    try:
        house.wait_idle(60, lambda: all(office.all_filed() for office in offices))
        unknown = next(mail for mail in offices[2].mails if mail.kind == "unknown")
        waiting = offices[2].post.count("Unresolved")
        offices[2].assign(unknown, "C0005")
        house.wait_idle(60, lambda: offices[2].post.count("Unresolved") < waiting)
        idled = ["IDLE" in dovecot.commands(office.post.user) for office in offices]
    finally:
        status = house.stop(worker)
    assert (status, idled) == (0, [True, False, False])
    offices[2].check()
