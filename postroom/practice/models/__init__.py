"""The practice, its people, what they did, and what just happened."""

from postroom.practice.models.audit import AuditChain, AuditEvent, AuditKey
from postroom.practice.models.members import Invitation, Member, MemberAddress, MemberQuerySet, Role
from postroom.practice.models.news import (
    Event,
    EventQuerySet,
    NoticeMail,
    Notification,
    NotificationQuerySet,
)
from postroom.practice.models.practices import ClosedDay, Practice
from postroom.practice.models.programs import AccessToken, Source
from postroom.practice.models.users import (
    Factor,
    Identity,
    OneTimeLink,
    RecoveryCode,
    SignedIn,
    SignInFailure,
    User,
    UserManager,
)
from postroom.practice.models.work import Job, Tick

__all__ = [
    "AccessToken",
    "AuditChain",
    "AuditEvent",
    "AuditKey",
    "ClosedDay",
    "Event",
    "EventQuerySet",
    "Factor",
    "Identity",
    "Invitation",
    "Job",
    "Member",
    "MemberAddress",
    "MemberQuerySet",
    "NoticeMail",
    "Notification",
    "NotificationQuerySet",
    "OneTimeLink",
    "Practice",
    "RecoveryCode",
    "Role",
    "SignInFailure",
    "SignedIn",
    "Source",
    "Tick",
    "User",
    "UserManager",
]
