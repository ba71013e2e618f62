"""The starters in English."""

from postroom.outbox.starters.starter import Starter

EVERYBODY = (
    Starter(
        "received",
        "We have your message",
        "We have received your message",
        """Dear {first_name|Sir or Madam},

Thank you for your message. It has reached us, and we will answer it within two working days.

If it cannot wait, please call us on {practice_telephone|our usual number}.

Kind regards,
""",
    ),
    Starter(
        "enclosed",
        "Document enclosed",
        "The document you asked for",
        """Dear {first_name|Sir or Madam},

Please find enclosed the document you asked for.

If anything in it is not clear, write to us or call {practice_telephone|us}.

Kind regards,
""",
    ),
    Starter(
        "appointment",
        "Your appointment",
        "Your appointment on {appointment_date}",
        """Dear {first_name|Sir or Madam},

This is to remind you of your appointment:

- on **{appointment_date}**
- at **{appointment_time}**
- at {practice_address|our practice}

If you cannot come, please tell us a day before, so that somebody else may have the time.

Kind regards,
""",
        purpose="appointment",
    ),
    Starter(
        "appointment-sms",
        "Your appointment",
        "",
        "{practice_name}: your appointment is on {appointment_date} at {appointment_time}. "
        "If you cannot come, please call {practice_telephone|us}.",
        channel="sms",
        purpose="appointment",
    ),
    Starter(
        "missed",
        "We missed you",
        "Your appointment",
        """Dear {first_name|Sir or Madam},

We were expecting you and did not see you. We hope that all is well.

To find another time, answer this message or call {practice_telephone|us}.

Kind regards,
""",
    ),
    Starter(
        "closed",
        "We are closed",
        "We are closed at the moment",
        """Dear {first_name|Sir or Madam},

Your message has reached us. The practice is closed at the moment; we will read it as soon as we
are back.

Kind regards,
""",
        purpose="absence",
    ),
)

KINDS = {
    "veterinary": (
        Starter(
            "vaccine",
            "A visit is due",
            "It is time to see {patient_name|us} again",
            """Dear {first_name|Sir or Madam},

According to our records {patient_name|your animal} is due on {due_date} for: {due_kind|a visit}.

To choose a time, answer this message or call {practice_telephone|us}.

Kind regards,
""",
            purpose="due",
        ),
        Starter(
            "vaccine-sms",
            "A visit is due",
            "",
            "{practice_name}: {patient_name|your animal} is due for a visit on {due_date}. "
            "Call {practice_telephone|us} to choose a time.",
            channel="sms",
            purpose="due",
        ),
        Starter(
            "claim",
            "Insurance claim, our part done",
            "{patient_name|Your animal}’s claim form, signed",
            """Dear {first_name|Sir or Madam},

We have filled in our part of the claim form for {patient_name|your animal}. It is enclosed,
signed.

Please add your bank details before you send it to the insurer.

Kind regards,
""",
        ),
        Starter(
            "after-surgery",
            "After the operation",
            "Looking after {patient_name|your animal} at home",
            """Dear {first_name|Sir or Madam},

{patient_name|Your animal} is home again. For the next days:

- offer a small meal tonight, and the usual one tomorrow
- keep the wound dry, and the collar on
- walks on the lead only, until we have seen the wound

Call {practice_telephone|us} at once if the wound opens, smells or bleeds, or if the animal does
not eat for a day.

Kind regards,
""",
        ),
        Starter(
            "birthday",
            "Happy birthday",
            "Happy birthday, {patient_name}",
            """Dear {first_name|friend},

It is {patient_name}’s birthday. Everybody at {practice_name} wishes you both a good day.

Kind regards,
""",
            purpose="birthday",
        ),
    ),
    "dental": (
        Starter(
            "check-up",
            "A check-up is due",
            "It is time for your check-up",
            """Dear {first_name|Sir or Madam},

According to our records your next check-up is due on {due_date}.

To choose a time, answer this message or call {practice_telephone|us}.

Kind regards,
""",
            purpose="due",
        ),
        Starter(
            "check-up-sms",
            "A check-up is due",
            "",
            "{practice_name}: your next visit is due on {due_date}. "
            "Call {practice_telephone|us} to choose a time.",
            channel="sms",
            purpose="due",
        ),
        Starter(
            "plan",
            "Treatment plan and costs",
            "The plan we talked about",
            """Dear {first_name|Sir or Madam},

Enclosed is the plan we talked about, with its costs. Take the time you need to read it.

If you agree, please sign it and bring it to your next visit, or send it back to us.

Kind regards,
""",
        ),
        Starter(
            "after-extraction",
            "After an extraction",
            "For the next days",
            """Dear {first_name|Sir or Madam},

For the next days:

- bite on the gauze for half an hour, then take it away
- nothing hot to eat or drink today, and do not rinse
- brush as usual from tomorrow, gently near the place

Call {practice_telephone|us} if it bleeds for more than a few hours, or if the pain grows after the
third day.

Kind regards,
""",
        ),
    ),
    "medical": (
        Starter(
            "check-up",
            "A visit is due",
            "It is time for your next visit",
            """Dear {first_name|Sir or Madam},

According to our records your next visit is due on {due_date}.

To choose a time, answer this message or call {practice_telephone|us}.

Kind regards,
""",
            purpose="due",
        ),
        Starter(
            "results",
            "Please call us",
            "A message from {practice_name}",
            """Dear {first_name|Sir or Madam},

We have something for you. Please call {practice_telephone|us} during our opening hours; we will
tell you more in person.

Kind regards,
""",
        ),
        Starter(
            "prescription",
            "Ready to be fetched",
            "Your document is ready",
            """Dear {first_name|Sir or Madam},

The document you asked for is ready. You can fetch it at the desk from today on; please bring
something with your name.

Kind regards,
""",
        ),
        Starter(
            "referral",
            "Letter for a colleague",
            "The letter for my colleague",
            """Dear {first_name|Sir or Madam},

Enclosed is the letter for the colleague I spoke of. Please bring it to your appointment there.

Kind regards,
""",
        ),
    ),
    "accounting": (
        Starter(
            "documents",
            "What we need from you",
            "What we need for your accounts",
            """Dear {first_name|Sir or Madam},

To go on with your accounts we need:

- your bank statements
- the invoices of the year, sent and received
- the contracts that are new this year

Send them in answer to this message, or bring them in.

Kind regards,
""",
        ),
        Starter(
            "deadline",
            "A date is near",
            "{due_kind|Your papers}: due on {due_date}",
            """Dear {first_name|Sir or Madam},

{due_kind|Your papers} must be handed in on **{due_date}**. To have time enough, we should like to
have everything ten days before.

If something is missing, tell us now rather than then.

Kind regards,
""",
            purpose="due",
        ),
        Starter(
            "signature",
            "Ready to be signed",
            "Your accounts, to be signed",
            """Dear {first_name|Sir or Madam},

Your accounts are ready and enclosed. Please read them, sign the last page and send it back to us.

If a figure surprises you, call {practice_telephone|us} before you sign.

Kind regards,
""",
        ),
    ),
}
