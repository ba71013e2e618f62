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
LIMITS = "limits"  # reading it takes more memory or time than one letter may
UNREADABLE = "unreadable"
SET_ASIDE = "set-aside"
BY_MEMBER = "by-member"
TAKEN_BACK = "taken-back"  # a person undid the filing
NOT_A_CLIENT = "not-a-client"
