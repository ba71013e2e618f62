"""Why an entry lies where it lies: codes, with their words in words.py."""

ADDRESS = "address"  # the sender's address is this one client's
UNKNOWN_ADDRESS = "unknown-address"
SEVERAL_CLIENTS = "several-clients"
SAME_GROUP = "same-group"
NO_SENDER = "no-sender"
SEVERAL_SENDERS = "several-senders"
OWN_ADDRESS = "own-address"
PROFESSIONAL = "professional"
DMARC = "dmarc"
TOO_BIG = "too-big"
UNREADABLE = "unreadable"
SET_ASIDE = "set-aside"
BY_MEMBER = "by-member"
TAKEN_BACK = "taken-back"  # a person undid the filing
NOT_A_CLIENT = "not-a-client"
OWN_MAILBOX = "own-mailbox"  # a client's, in a member's own mailbox: not filed by itself
FILE_NAME = "file-name"  # of a dropped file: its name is one client's
NO_FILE_NAME = "no-file-name"  # it names nobody we know
SEVERAL_FILE_NAMES = "several-file-names"
