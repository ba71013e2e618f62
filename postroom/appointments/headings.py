"""Which column is which, in a list of appointments or of due dates written by another system."""

from postroom.kit.columns import Headings

_CLIENT = (
    "client reference", "client ref", "client number", "client no", "client id", "client code",
    "reference client", "ref client", "numero client", "numero de client", "no client",
    "n client", "code client", "dossier", "numero de dossier", "patient id", "patient number",
    "patient reference", "owner id", "owner", "client", "patient",
)  # fmt: skip
_PATIENT = (
    "patient name", "animal", "animal name", "pet", "pet name", "nom de l animal",
    "nom du patient", "patient",
)  # fmt: skip

APPOINTMENTS = Headings(
    {
        "client": _CLIENT,
        "reference": (
            "appointment reference", "appointment ref", "appointment id", "appointment number",
            "booking reference", "booking id", "reference rendez vous", "reference rdv",
            "id rendez vous", "id rdv", "numero de rendez vous", "numero rdv", "reference", "ref",
            "id", "numero", "code",
        ),
        "patient": _PATIENT,
        "date": (
            "date", "day", "jour", "appointment date", "date rdv", "date du rendez vous",
            "date de rendez vous",
        ),
        "start": (
            "start", "start time", "starts", "starts at", "begin", "begins", "from",
            "date and time", "date time", "datetime", "time", "hour", "appointment",
            "appointment start", "appointment time", "debut", "commence", "heure de debut",
            "date de debut", "date heure", "date et heure", "heure", "heure rdv", "rendez vous",
            "rdv", "de",
        ),
        "end": (
            "end", "end time", "ends", "ends at", "until", "to", "fin", "heure de fin",
            "date de fin", "jusqu a", "a",
        ),
        "minutes": ("minutes", "duration", "length", "duree", "duree min", "duree en minutes"),
        "state": ("state", "status", "attendance", "etat", "statut", "presence"),
        "subject": (
            "subject", "reason", "type", "appointment type", "title", "summary", "motif", "objet",
            "titre", "acte", "type de rendez vous",
        ),
        "practitioner": (
            "practitioner", "provider", "doctor", "dentist", "vet", "veterinarian", "clinician",
            "with", "seen by", "praticien", "medecin", "dentiste", "veterinaire", "docteur",
            "avec",
        ),
        "booked": (
            "booked", "booked at", "booked on", "created", "created at", "created on", "pris le",
            "cree le", "date de creation", "date de prise",
        ),
    },
    required=("reference", "start"),
)  # fmt: skip

DUE = Headings(
    {
        "client": _CLIENT,
        "reference": (
            "reminder reference", "reminder id", "due reference", "due id", "recall id",
            "reference rappel", "id rappel", "numero de rappel", "reference", "ref", "id",
        ),
        "patient": _PATIENT,
        "due": (
            "due", "due on", "due date", "date due", "next due", "recall date", "echeance",
            "date d echeance", "a faire le", "date de rappel", "prochaine date", "date",
        ),
        "kind": (
            "kind", "what", "type", "reminder", "reminder type", "recall", "recall type",
            "vaccine", "vaccination", "treatment", "item", "rappel", "type de rappel", "vaccin",
            "acte", "nature", "objet", "soin",
        ),
        "done": ("done", "done on", "done date", "completed", "given on", "fait le", "realise le",
                 "date de realisation"),
    },
    required=("client", "due", "kind"),
)  # fmt: skip
