"""The starters in French. A tilde stands for a no-break space."""

from dataclasses import replace

from postroom.outbox.starters.starter import Starter

NB = "\N{NO-BREAK SPACE}"


def _typeset(*starters: Starter) -> tuple[Starter, ...]:
    return tuple(
        replace(one, subject=one.subject.replace("~", NB), body=one.body.replace("~", NB))
        for one in starters
    )


EVERYBODY = _typeset(
    Starter(
        "received",
        "Message bien reçu",
        "Nous avons bien reçu votre message",
        """Bonjour {first_name|Madame, Monsieur},

Merci pour votre message. Il nous est bien parvenu, et nous y répondrons sous deux jours ouvrés.

Si cela ne peut pas attendre, appelez-nous au {practice_telephone|numéro habituel}.

Cordialement,
""",
    ),
    Starter(
        "enclosed",
        "Document joint",
        "Le document que vous avez demandé",
        """Bonjour {first_name|Madame, Monsieur},

Vous trouverez ci-joint le document que vous avez demandé.

Si quelque chose n’est pas clair, écrivez-nous ou appelez le {practice_telephone|cabinet}.

Cordialement,
""",
    ),
    Starter(
        "appointment",
        "Votre rendez-vous",
        "Votre rendez-vous du {appointment_date}",
        """Bonjour {first_name|Madame, Monsieur},

Nous vous rappelons votre rendez-vous~:

- le **{appointment_date}**
- à **{appointment_time}**
- à cette adresse~: {practice_address|notre cabinet}

Si vous ne pouvez pas venir, merci de nous prévenir la veille~: quelqu’un d’autre pourra en
profiter.

Cordialement,
""",
        purpose="appointment",
    ),
    Starter(
        "appointment-sms",
        "Votre rendez-vous",
        "",
        "{practice_name}~: votre rendez-vous est le {appointment_date} à {appointment_time}. "
        "En cas d’empêchement, appelez le {practice_telephone|cabinet}.",
        channel="sms",
        purpose="appointment",
    ),
    Starter(
        "missed",
        "Rendez-vous manqué",
        "Votre rendez-vous",
        """Bonjour {first_name|Madame, Monsieur},

Nous vous attendions et ne vous avons pas vu. Nous espérons que tout va bien.

Pour convenir d’un autre moment, répondez à ce message ou appelez le {practice_telephone|cabinet}.

Cordialement,
""",
    ),
    Starter(
        "closed",
        "Le cabinet est fermé",
        "Le cabinet est fermé en ce moment",
        """Bonjour {first_name|Madame, Monsieur},

Votre message nous est bien parvenu. Le cabinet est fermé en ce moment~; nous le lirons dès notre
retour.

Cordialement,
""",
        purpose="absence",
    ),
)

KINDS = {
    "veterinary": _typeset(
        Starter(
            "vaccine",
            "Une visite est à prévoir",
            "Il est temps de revoir {patient_name|votre animal}",
            """Bonjour {first_name|Madame, Monsieur},

D’après notre dossier, il faut prévoir pour {patient_name|votre animal}, le {due_date}~:
{due_kind|une visite}.

Pour choisir un moment, répondez à ce message ou appelez le {practice_telephone|cabinet}.

Cordialement,
""",
            purpose="due",
        ),
        Starter(
            "vaccine-sms",
            "Une visite est à prévoir",
            "",
            "{practice_name}~: une visite est à prévoir pour {patient_name|votre animal} le "
            "{due_date}. Appelez le {practice_telephone|cabinet} pour choisir un moment.",
            channel="sms",
            purpose="due",
        ),
        Starter(
            "claim",
            "Assurance, notre partie remplie",
            "La feuille de soins de {patient_name|votre animal}, signée",
            """Bonjour {first_name|Madame, Monsieur},

Nous avons rempli notre partie de la feuille de soins pour {patient_name|votre animal}. Vous la
trouverez ci-jointe, signée.

Merci d’y ajouter vos coordonnées bancaires avant de l’envoyer à l’assureur.

Cordialement,
""",
        ),
        Starter(
            "after-surgery",
            "Après l’opération",
            "Les soins de {patient_name|votre animal} à la maison",
            """Bonjour {first_name|Madame, Monsieur},

{patient_name|Votre animal} est rentré à la maison. Pour les jours qui viennent~:

- proposer un petit repas ce soir, et le repas habituel demain
- garder la plaie au sec, et la collerette en place
- sortir en laisse seulement, jusqu’à ce que nous ayons revu la plaie

Appelez aussitôt le {practice_telephone|cabinet} si la plaie s’ouvre, sent mauvais ou saigne, ou si
votre animal ne mange pas d’un jour entier.

Cordialement,
""",
        ),
        Starter(
            "birthday",
            "Joyeux anniversaire",
            "Joyeux anniversaire, {patient_name}",
            """Bonjour {first_name|à vous},

C’est l’anniversaire de {patient_name}. Toute l’équipe de {practice_name} vous souhaite une belle
journée.

Cordialement,
""",
            purpose="birthday",
        ),
    ),
    "dental": _typeset(
        Starter(
            "check-up",
            "Un contrôle est à prévoir",
            "Il est temps de faire votre contrôle",
            """Bonjour {first_name|Madame, Monsieur},

D’après notre dossier, votre prochain contrôle est à prévoir le {due_date}.

Pour choisir un moment, répondez à ce message ou appelez le {practice_telephone|cabinet}.

Cordialement,
""",
            purpose="due",
        ),
        Starter(
            "check-up-sms",
            "Un contrôle est à prévoir",
            "",
            "{practice_name}~: votre prochaine visite est à prévoir le {due_date}. "
            "Appelez le {practice_telephone|cabinet} pour choisir un moment.",
            channel="sms",
            purpose="due",
        ),
        Starter(
            "plan",
            "Plan de traitement et devis",
            "Le plan dont nous avons parlé",
            """Bonjour {first_name|Madame, Monsieur},

Vous trouverez ci-joint le plan dont nous avons parlé, avec son coût. Prenez le temps de le lire.

Si vous êtes d’accord, merci de le signer et de l’apporter à votre prochaine visite, ou de nous le
renvoyer.

Cordialement,
""",
        ),
        Starter(
            "after-extraction",
            "Après une extraction",
            "Pour les jours qui viennent",
            """Bonjour {first_name|Madame, Monsieur},

Pour les jours qui viennent~:

- mordre sur la compresse pendant une demi-heure, puis l’enlever
- rien de chaud à manger ni à boire aujourd’hui, et ne pas se rincer la bouche
- se brosser les dents comme d’habitude dès demain, doucement près de l’endroit

Appelez le {practice_telephone|cabinet} si cela saigne plus de quelques heures, ou si la douleur
augmente après le troisième jour.

Cordialement,
""",
        ),
    ),
    "medical": _typeset(
        Starter(
            "check-up",
            "Une visite est à prévoir",
            "Il est temps de prévoir votre prochaine visite",
            """Bonjour {first_name|Madame, Monsieur},

D’après notre dossier, votre prochaine visite est à prévoir le {due_date}.

Pour choisir un moment, répondez à ce message ou appelez le {practice_telephone|cabinet}.

Cordialement,
""",
            purpose="due",
        ),
        Starter(
            "results",
            "Merci de nous appeler",
            "Un message de {practice_name}",
            """Bonjour {first_name|Madame, Monsieur},

Nous avons quelque chose pour vous. Merci d’appeler le {practice_telephone|cabinet} aux heures
d’ouverture~; nous vous en dirons plus de vive voix.

Cordialement,
""",
        ),
        Starter(
            "prescription",
            "À retirer au cabinet",
            "Votre document est prêt",
            """Bonjour {first_name|Madame, Monsieur},

Le document que vous avez demandé est prêt. Vous pouvez le retirer à l’accueil dès aujourd’hui,
avec une pièce à votre nom.

Cordialement,
""",
        ),
        Starter(
            "referral",
            "Lettre pour un confrère",
            "La lettre pour mon confrère",
            """Bonjour {first_name|Madame, Monsieur},

Vous trouverez ci-jointe la lettre pour le confrère dont je vous ai parlé. Merci de l’apporter à
votre rendez-vous chez lui.

Cordialement,
""",
        ),
    ),
    "accounting": _typeset(
        Starter(
            "documents",
            "Ce qu’il nous faut",
            "Ce qu’il nous faut pour vos comptes",
            """Bonjour {first_name|Madame, Monsieur},

Pour avancer dans vos comptes, il nous faut~:

- vos relevés bancaires
- les factures de l’année, émises et reçues
- les contrats conclus cette année

Envoyez-les en réponse à ce message, ou apportez-les au cabinet.

Cordialement,
""",
        ),
        Starter(
            "deadline",
            "Une échéance approche",
            "{due_kind|Vos documents}~: échéance du {due_date}",
            """Bonjour {first_name|Madame, Monsieur},

{due_kind|Vos documents}~: à remettre le **{due_date}**. Pour avoir le temps qu’il faut, nous
aimerions tout recevoir dix jours avant.

S’il manque quelque chose, dites-le-nous dès maintenant.

Cordialement,
""",
            purpose="due",
        ),
        Starter(
            "signature",
            "À signer",
            "Vos comptes, à signer",
            """Bonjour {first_name|Madame, Monsieur},

Vos comptes sont prêts et joints à ce message. Merci de les lire, de signer la dernière page et de
nous la renvoyer.

Si un chiffre vous étonne, appelez le {practice_telephone|cabinet} avant de signer.

Cordialement,
""",
        ),
    ),
}
