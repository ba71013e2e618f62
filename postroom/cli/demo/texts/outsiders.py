"""Letters of those who are no clients: insurers, laboratories, suppliers, newsletters, strangers.

Each entry: language, sender's name, address, subject, text. {owner} and {reference} name a client,
{animal} one of their animals, {number} is a case number.
"""

Outsider = tuple[str, str, str, str, str]

INSURERS: tuple[Outsider, ...] = (
    (
        "en",
        "Claims desk",
        "claims@insurer.example",
        "Claim {number}: more information",
        "Dear colleagues,\n\nWe are handling claim {number} for {animal}, owner {owner}. Before "
        "we can decide we need the full history of the last 24 months and the itemised "
        "invoice.\n\nPlease answer within 14 days.\n\nClaims desk, Pawsure Mutual",
    ),
    (
        "en",
        "Claims desk",
        "claims@insurer.example",
        "Claim {number} accepted",
        "Good news: claim {number} ({animal}, owner {owner}) has been accepted. Payment goes to "
        "the owner within five working days. No answer is needed.\n\nClaims desk, Pawsure Mutual",
    ),
    (
        "en",
        "Harriet Lomas, Oakleaf Pet Cover",
        "h.lomas@oakleafcover.example",
        "Pre-authorisation for {animal}",
        "Hello,\n\nMy member {owner} tells me that an operation is planned for {animal}. Could "
        "you send me the estimate and a line on urgency? I shall do my best to answer the same "
        "day. Our file is {number}.\n\nHarriet Lomas",
    ),
    (
        "fr",
        "Service sinistres",
        "sinistres@assurance-pattes.example",
        "Dossier {number} : pièce manquante",
        "Madame, Monsieur,\n\nIl manque au dossier {number} ({animal}, propriétaire : {owner}) la "
        "facture acquittée. Sans elle, nous ne pouvons pas procéder au remboursement.\n\nLe "
        "service sinistres",
    ),
    (
        "fr",
        "Service sinistres",
        "sinistres@assurance-pattes.example",
        "Dossier {number} : remboursement",
        "Madame, Monsieur,\n\nLe remboursement concernant {animal} ({owner}) a été versé ce jour "
        "sur le compte du propriétaire. Le dossier {number} est clos.\n\nLe service sinistres",
    ),
)

LABS: tuple[Outsider, ...] = (
    (
        "en",
        "Estuary Veterinary Laboratory",
        "results@estuarylab.example",
        "Final report {number}: {animal}",
        "The final report for the sample below is attached.\n\nAnimal: {animal}\nOwner: "
        "{owner}\nYour reference: {reference}\nOur number: {number}\n\nQuestions? Ring the duty "
        "pathologist between nine and five.",
    ),
    (
        "en",
        "Estuary Veterinary Laboratory",
        "results@estuarylab.example",
        "Sample {number}: not enough material",
        "We are sorry: the tube for {animal} (owner {owner}) held too little serum for the "
        "thyroid panel. The rest of the profile is being run. Could you send another tube with "
        "Thursday's courier?",
    ),
    (
        "fr",
        "Laboratoire des Deux-Caps",
        "resultats@labo-deuxcaps.example",
        "Compte rendu {number} ({animal})",
        "Bonjour,\n\nVeuillez trouver ci-joint le compte rendu de l'analyse {number}.\n\nAnimal : "
        "{animal}\nPropriétaire : {owner}\nVotre référence : {reference}\n\nLe biologiste de "
        "garde est joignable jusqu'à 18 heures.",
    ),
)

SUPPLIERS: tuple[Outsider, ...] = (
    (
        "en",
        "Saltmarsh Medical Supplies",
        "orders@medsupplies.example",
        "Your order {number} is on its way",
        "Two parcels left our warehouse this morning: gauze, 20 ml syringes and the warming pads. "
        "The 4 mm catheters follow next week.\n\nThe order team",
    ),
    (
        "en",
        "Saltmarsh Medical Supplies",
        "accounts@medsupplies.example",
        "Invoice {number}",
        "Dear customer,\n\nPlease find our invoice attached, payable within 30 days.\n\nAccounts",
    ),
    (
        "en",
        "Dougal Reid",
        "d.reid@kibbleworks.example",
        "New renal range: may I call in?",
        "Dear Ines,\n\nI am on the coast the week after next with the new renal range and a box "
        "of samples. Would twenty minutes suit Dr Okonjo? I have put a time in the invitation, "
        "move it as you like.\n\nDougal Reid\nKibbleworks",
    ),
    (
        "en",
        "North Quay Linen",
        "hello@northquaylinen.example",
        "Collection on the bank holiday",
        "There is no collection on the bank holiday Monday. We come on the Tuesday instead, "
        "before eight, so please leave the bags inside the side door.",
    ),
    (
        "en",
        "Autoclave Care",
        "service@autoclavecare.example",
        "Yearly check of your autoclave",
        "The yearly test of your autoclave is due this month. Our engineer could come any morning "
        "before ten; the machine is out of use for about an hour.",
    ),
    (
        "fr",
        "Centrale Véto-Ouest",
        "commandes@veto-ouest.example",
        "Rupture de stock : commande {number}",
        "Bonjour,\n\nLe collyre de votre commande {number} est en rupture jusqu'au 15. "
        "Souhaitez-vous l'équivalent, au même prix, ou préférez-vous attendre ?\n\nLe service des "
        "commandes",
    ),
    (
        "fr",
        "Imprimerie du Port",
        "contact@imprimerieduport.example",
        "Bon à tirer : carnets de santé",
        "Bonjour,\n\nVoici l'épreuve des nouveaux carnets. Merci de vérifier surtout le numéro de "
        "téléphone, nous lançons l'impression dès votre accord.\n\nJeanne, Imprimerie du Port",
    ),
    (
        "en",
        "Tideway Crematorium",
        "office@tideway.example",
        "Ashes ready for collection",
        "Dear all,\n\nThe casket you asked for last week is ready. Our driver passes on "
        "Wednesday, or the family may come here, we are open until five.\n\nWith kind "
        "regards,\nTideway",
    ),
)

STRANGERS: tuple[Outsider, ...] = (
    (
        "en",
        "J. Penhallow",
        "jpenhallow@example.org",
        "Do you see tortoises?",
        "Hello,\n\nWe have just inherited a tortoise, probably older than I am, and I am told "
        "that not every practice sees them. Do you? If so, may I register, and what should I "
        "bring?\n\nJ. Penhallow",
    ),
    (
        "en",
        "Bethan Rowe",
        "bethan.rowe@example.net",
        "Work experience",
        "Dear Tern & Thistle,\n\nI am sixteen and would like to become a veterinary nurse. Do you "
        "take people for a week of work experience in the spring? I am not afraid of "
        "mopping.\n\nBethan Rowe",
    ),
    (
        "en",
        "Saltmarsh Primary School",
        "office@saltmarshprimary.example",
        "A vet in our classroom?",
        "Good morning,\n\nYear 2 is learning about people who help us. Would one of you come for "
        "half an hour, if possible with a patient animal?\n\nMrs Adeyemi",
    ),
    (
        "fr",
        "Lucie Marchand",
        "lucie.marchand@example.com",
        "Chat trouvé rue du Phare",
        "Bonjour,\n\nUn chat roux sans collier dort devant chez moi depuis trois jours. "
        "Pourriez-vous lire sa puce si je vous l'amène ? Il est très doux.\n\nLucie Marchand",
    ),
    (
        "fr",
        "Paul Vasseur",
        "paul.vasseur@example.net",
        "Acceptez-vous de nouveaux clients ?",
        "Bonjour,\n\nNous arrivons dans la région en février avec deux chiens et une poule. "
        "Prenez-vous de nouveaux clients, poule comprise ?\n\nPaul Vasseur",
    ),
)

NEWSLETTERS: tuple[Outsider, ...] = (
    (
        "en",
        "Vet Supplies News",
        "news@supplies.example",
        "November offers",
        "Three for two on elastic bandage until Sunday.\n\nWarming pads: ten per cent off with "
        "your next order.\n\nAnd a free poster on winter hazards for your waiting room.",
    ),
    (
        "en",
        "The Practice Manager",
        "digest@practicemanager.example",
        "Five ways to shorten the queue",
        "This week: why the first ten minutes of the day matter most.\n\nA practice in Leeds "
        "tells us how it halved its telephone calls.\n\nReaders ask: who answers the letters?",
    ),
    (
        "fr",
        "La Lettre du Véto",
        "lalettre@veto-actu.example",
        "Ce mois-ci : les tiques d'hiver",
        "Les tiques ne dorment plus : ce que montrent les relevés de l'automne.\n\nFormation : "
        "les sutures en salle, en mars, à Caen.\n\nPetites annonces : un échographe cherche un "
        "cabinet.",
    ),
    (
        "en",
        "Dogs of the Dunes",
        "walks@dunesdogs.example",
        "Beach rules from 1 October",
        "From October dogs may run free on the whole of the west beach again.\n\nThe winter walk "
        "leaves from the lifeboat house on the first Sunday of the month.\n\nTea afterwards, as "
        "ever.",
    ),
)

PHISHING: tuple[Outsider, ...] = (
    (
        "en",
        "Mail Administrator",
        "desk@ternthistle.example",
        "Your mailbox is almost full",
        "Dear user,\n\nYour mailbox has reached 98% of its storage. Incoming messages will be "
        "deleted in 24 hours unless you verify your "
        "account:\n\nhttp://mail-quota.verify-login.example/desk\n\nMail Administrator",
    ),
    (
        "fr",
        "Service Livraison",
        "suivi@colis-express.example",
        "Votre colis est bloqué",
        "Cher client,\n\nVotre colis n'a pas pu être livré. Réglez 1,95 € de frais avant ce soir "
        "pour éviter son retour :\n\nhttp://colis-express.paiement-suivi.example/88412\n\nService "
        "Livraison",
    ),
)
