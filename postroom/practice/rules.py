"""Rights and the roles a new practice starts with (SPEC 7.3, MODEL decision 7)."""

SETTINGS = "settings"  # practice settings, accounts, integrations
MEMBERS = "members"
READ = "read"  # the register of clients one has access to
WRITE = "write"  # create entries; unassign one's own
RESOLVE = "resolve"  # file what waits in Unresolved
UNASSIGN = "unassign"  # others' entries
AUDIT = "audit"  # audit, export, erase

RIGHTS = (SETTINGS, MEMBERS, READ, WRITE, RESOLVE, UNASSIGN, AUDIT)

ADMINISTRATOR = "administrator"
_STAFF = (READ, WRITE, RESOLVE)
ROLES: dict[str, tuple[str, ...]] = {
    ADMINISTRATOR: RIGHTS,
    "practitioner": _STAFF,
    "reception": _STAFF,
    "assistant": _STAFF,
    "read-only": (READ,),
}
