"""What the practice had written, quoted under the answers, per language and kind."""

OURS = {
    "en": {
        "appointment": (
            "Appointment for {animal}",
            (
                "Dear {given},\n\nWe can see {animal} on {day} at {hour} with {vet}. Please bring "
                "the vaccination card if you have it.\n\nInes Okafor\nTern & Thistle Vets"
            ),
        ),
        "invoice": (
            "Invoice for {animal}'s visit",
            (
                "Dear {given},\n\nPlease find the invoice for {animal}'s visit on {past}, {amount} "
                "in all. Thank you for your trust.\n\nTern & Thistle Vets"
            ),
        ),
        "estimate": (
            "Estimate for {animal}",
            (
                "Dear {given},\n\nAs promised, here is what we expect {animal}'s treatment to "
                "cost: {amount}, follow-up visit included. Take your time.\n\n{vet}\n"
                "Tern & Thistle Vets"
            ),
        ),
        "reminder": (
            "{animal} is due for a booster",
            (
                "Dear {given},\n\n{animal}'s yearly booster is due this month. Reply to this "
                "message or ring us, and we will find a time that suits you.\n\nTern & Thistle Vets"
            ),
        ),
        "discharge": (
            "Discharge advice for {animal}",
            (
                "Dear {given},\n\n{animal} did very well today. Rest for ten days, no jumping. "
                "Tablets twice a day with food. Write to us if anything worries you.\n\n{vet}"
            ),
        ),
        "results": (
            "{animal}'s test results",
            (
                "Dear {given},\n\n{animal}'s results are back. The kidney values are a little high "
                "but steady, everything else is as it should be. We test again in three "
                "months.\n\n{vet}"
            ),
        ),
        "followup": (
            "How is {animal}?",
            (
                "Dear {given},\n\nA week has gone by since {animal}'s visit. How is {he} getting "
                "on?\n\nPriya\nTern & Thistle Vets"
            ),
        ),
    },
    "fr": {
        "appointment": (
            "Rendez-vous pour {animal}",
            (
                "Bonjour {given},\n\nNous pouvons recevoir {animal} {day} à {hour} avec {vet}. "
                "Merci d'apporter le carnet de vaccination.\n\nInes Okafor\nTern & Thistle Vets"
            ),
        ),
        "invoice": (
            "Facture de la visite {de_animal}",
            (
                "Bonjour {given},\n\nVoici la facture de la visite {de_animal} ({past}), soit "
                "{amount}. Merci de votre confiance.\n\nTern & Thistle Vets"
            ),
        ),
        "estimate": (
            "Devis pour {animal}",
            (
                "Bonjour {given},\n\nComme promis, voici le devis pour {animal} : {amount}, visite "
                "de contrôle comprise. Prenez le temps d'y réfléchir.\n\n{vet}\nTern & Thistle Vets"
            ),
        ),
        "reminder": (
            "Rappel de vaccin pour {animal}",
            (
                "Bonjour {given},\n\nLe rappel annuel {de_animal} est à faire ce mois-ci. Répondez "
                "à ce message ou appelez-nous pour fixer un rendez-vous.\n\nTern & Thistle Vets"
            ),
        ),
        "discharge": (
            "Conseils après l'opération {de_animal}",
            (
                "Bonjour {given},\n\nTout s'est bien passé pour {animal}. Dix jours de repos, pas "
                "de sauts, les comprimés deux fois par jour en mangeant. Écrivez-nous au moindre "
                "doute.\n\n{vet}"
            ),
        ),
        "results": (
            "Résultats {de_animal}",
            (
                "Bonjour {given},\n\nLes résultats {de_animal} sont arrivés. Les reins sont un peu "
                "élevés mais stables, le reste est normal. Contrôle dans trois mois.\n\n{vet}"
            ),
        ),
        "followup": (
            "Comment va {animal} ?",
            (
                "Bonjour {given},\n\nCela fait une semaine que nous avons vu {animal}. Comment "
                "va-t-{il} ?\n\nPriya\nTern & Thistle Vets"
            ),
        ),
    },
}

# The long conversations: (what the practice had just said, what the client answers).
THREADS = {
    "en": (
        "{animal} and the bad knee",
        (
            (
                "",
                (
                    "{animal} came up lame again on the beach this morning, the same hind leg as "
                    "last year. No cry, {he} just carries it. Is that worth an X-ray or shall I "
                    "wait?"
                ),
            ),
            (
                "Please keep {him} on the lead and come in. {vet} has a place on {day}.",
                (
                    "We will be there. Should {he} have an empty stomach in case you need to put "
                    "{him} under?"
                ),
            ),
            (
                "Yes please, nothing after ten the night before; water is fine.",
                "Done. {He} sat in front of the cupboard until midnight and looked at me.",
            ),
            (
                "It is the cruciate ligament. The estimate is {amount}, with the check-ups.",
                (
                    "Thank you for explaining it so clearly, and for the drawing. We need a day to "
                    "think, and I must ask the insurer first. How long can it wait without doing "
                    "harm?"
                ),
            ),
            (
                "A week or two is no harm, if {he} rests.",
                (
                    "The insurer says yes! They want a letter with the estimate and {his} history. "
                    "Could you send it to them, please? The claim number is 88-20417."
                ),
            ),
            (
                "The letter went off this morning. Shall we say next Tuesday for the operation?",
                "Tuesday it is. I am more nervous than {he} is. May I wait in the car park?",
            ),
            (
                "{He} is awake, everything went well. You can collect {him} at five.",
                "I cried in the supermarket. Thank you. We will be there at five on the dot.",
            ),
            (
                "How was the first night?",
                (
                    "Better than mine. {He} slept on the rug with {his} cone on, ate a little "
                    "chicken at seven, and the leg is not hot. When do the stitches come out?"
                ),
            ),
        ),
    ),
    "fr": (
        "Le régime {de_animal}",
        (
            (
                "",
                (
                    "Nous y sommes : {animal} pèse {kilos} kg et le vétérinaire de garde m'a fait "
                    "les gros yeux. Par où commencer ?"
                ),
            ),
            (
                "Par une pesée chez nous et des portions mesurées. Que reçoit-{il} par jour ?",
                (
                    "Officiellement, deux gamelles. Officieusement, mon père lui donne du fromage, "
                    "et les enfants du voisin aussi. J'ai affiché un mot sur le portail."
                ),
            ),
            (
                (
                    "Le mot sur le portail est une très bonne idée. Rendez-vous {day} pour la "
                    "pesée ?"
                ),
                "Oui, nous viendrons à pied, cela comptera déjà.",
            ),
            (
                "Premier bilan : trois cents grammes de moins. Bravo !",
                (
                    "Merci ! {Il} réclame le matin à cinq heures. Est-ce qu'une carotte est "
                    "permise ?"
                ),
            ),
            (
                "Oui, la carotte est permise, à volonté ou presque.",
                "La carotte est refusée avec mépris. La courgette passe, allez savoir pourquoi.",
            ),
        ),
    ),
}
