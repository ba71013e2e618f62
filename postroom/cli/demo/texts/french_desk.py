"""French letters to the front desk: bookings, papers, money."""

DESK = """
== Rendez-vous pour {animal}
Serait-il possible d'avoir un rendez-vous pour {animal} la semaine prochaine, plutôt le matin ?
Rien d'urgent, c'est pour la visite annuelle, mais je préfère ne pas la laisser passer.

== Décaler notre rendez-vous
Je suis désolé{me} de vous prévenir si tard : je ne pourrai pas amener {animal} {day}, on me
demande au travail. Auriez-vous une place plus tard dans la semaine, après 16 heures si possible ?

== Vaccin en retard ?
En rangeant, j'ai retrouvé le carnet {de_animal} et je crois que le rappel était pour le mois
dernier. Pouvez-vous vérifier de votre côté et me dire s'il faut tout recommencer ?

== Annulation {day}
Merci d'annuler le rendez-vous {de_animal} prévu {day}. {Il} a retrouvé toute sa forme et je ne
voudrais pas prendre la place d'un animal malade. Je vous rappelle si cela change.

== Petit retard demain
La route du port est barrée demain matin. Nous aurons sans doute un quart d'heure de retard pour
{animal}. Est-ce que nous venons quand même ?

== Les deux en même temps [two]
Puis-je venir avec mes deux animaux à la même heure ? {animal} vient pour les griffes et l'autre
seulement pour la pesée. Avec le bus, cela m'éviterait un deuxième voyage.

== Consultation du soir
Recevez-vous toujours le jeudi soir ? Je termine à 17h30 et c'est le seul jour où je peux vous
amener {animal} sans poser de congé. N'importe quelle heure après 18 heures m'irait.

== Changement d'adresse
Nous avons enfin déménagé ! Notre nouvelle adresse est le 6, rue des Tanneurs ; le téléphone ne
change pas. Pouvez-vous aussi la corriger pour {animal} et me dire comment faire pour la puce ?

== Nouvelle adresse électronique [moved]
Je quitte mon ancien fournisseur à la fin du mois. Merci d'utiliser désormais l'adresse de ce
message, surtout pour les rappels {de_animal}. Tout le reste est inchangé.

== Mon nom a changé [woman]
Je me suis marié{me} cet été, il faudra donc un jour mettre vos fiches à jour ; je vous apporterai
le livret. Pour {animal}, rien ne change, {il} a déjà adopté mon mari.

== Renouvellement du traitement
Pourriez-vous préparer un mois de comprimés pour {animal} ? Il nous en reste six. Je peux passer
{day} en début d'après-midi s'ils sont prêts.

== Ordonnance pour la pharmacie
{vet} accepterait-{il_vet} de me faire une ordonnance pour le traitement {de_animal} ? La
pharmacie d'à côté peut le commander. Notre dernière visite date de {past}.

== Antipuces et vermifuge [furry]
Nous n'avons presque plus de pipettes pour {animal}. À la maison {il} pèse {kilos} kg, donc je
pense que la taille reste la même. Puis-je en prendre trois ?

== Commande de croquettes [cat, dog]
Pourriez-vous commander deux sacs de croquettes rénales pour {animal} ? {Il} boude celles au
poisson ; au poulet si c'est possible. Je passerai les chercher.

== Aiguilles à insuline [cat, dog]
Il ne reste que quelques aiguilles pour {animal}, et celles de la pharmacie ne vont pas.
Pouvez-vous m'en garder une boîte à l'accueil jusqu'à {day} ?

== Encore les oreilles [dog, cat]
{animal} recommence à secouer la tête, comme au printemps. J'ai un demi-flacon de gouttes, mais
ouvert depuis avril. Est-ce qu'il faut le jeter et en reprendre un ?

== Feuille de soins pour l'assurance [claim]
L'assurance m'a envoyé la feuille pour l'opération {de_animal}. J'ai rempli ma partie, la page
deux est pour vous. Ils la veulent avant la fin du mois. L'envoyez-vous directement ou me la
rendez-vous ?

== Remboursement refusé
L'assurance refuse de rembourser : selon eux, {animal} était déjà malade avant le contrat. C'est
faux, {il} n'avait jamais rien eu. {vet} pourrait-{il_vet} l'écrire en deux lignes ?

== Date de la première visite
Pour la déclaration à l'assurance, on me demande quand {animal} a été vu{e} pour la première fois
pour ce problème. Était-ce {past} ou la fois d'avant ? La date et le nom du vétérinaire suffisent.

== Une question sur la facture
Merci pour la facture. J'y vois une deuxième prise de sang à {amount} et je ne me souviens que
d'une seule. Ce n'est pas un reproche, j'aimerais seulement comprendre.

== Payé deux fois ?
J'ai réglé {amount} à l'accueil {past} et mon mari a payé la même facture par virement le soir.
Pouvez-vous regarder, et nous rembourser ou le laisser en avance sur le compte {de_animal} ?

== Règlement en deux fois
L'opération {de_animal} dépasse ce que j'avais prévu. Est-il possible de payer la moitié
maintenant et le reste après le 28 ? J'ai toujours réglé mes factures chez vous.

== Preuve de virement [receipt]
Voici la confirmation de ma banque pour le virement de {amount}, fait {past}. J'ai indiqué le nom
{de_animal} et notre numéro de client. Dites-moi si vous ne le voyez pas arriver.

== Copie de la facture
Notre comptable me réclame la facture de la visite {de_animal} ({past}). Vous me l'avez donnée,
j'en suis sûr{me} ; elle est passée à la machine, j'en suis sûr{me} aussi.

== Dossier {de_animal}
Nous partons nous installer dans le Jura en janvier. Le nouveau cabinet voudrait le dossier
{de_animal}. Pouvez-vous le lui envoyer ou dois-je venir le prendre ? Vous allez nous manquer.

== Partir en voyage avec {animal} [dog, cat]
Nous allons au Portugal à Pâques et nous voulons emmener {animal}. Que faut-il prévoir, et combien
de temps avant ? On m'a parlé de quatre mois et j'ai eu un peu peur.

== Numéro de puce [dog, cat, rabbit, ferret]
Pouvez-vous me redonner le numéro de puce {de_animal} ? La mairie me le demande et la petite carte
est devenue illisible.

== Attestation pour la pension [dog]
La pension n'accepte pas {animal} sans preuve du vaccin contre la toux. Nous partons {day}. Un
courriel suffit-il ou faut-il un document avec votre cachet ?

== École du chiot [dog]
{animal} est-{il} trop âgé{e} pour le groupe des chiots ? {Il} a cinq mois, ses deux injections,
et {il} est persuadé{e} que tous les chiens du quartier viennent exprès pour {lui}.

== Griffes [cat, dog, rabbit]
L'assistante pourrait-elle couper les griffes {de_animal} ? À gauche tout se passe bien, à droite
c'est une furie ; prévoyez peut-être dix minutes.

== Ouvert le samedi ?
Serez-vous ouverts le samedi entre les fêtes ? L'affiche de la porte s'est envolée. C'est
seulement pour prendre le traitement {de_animal}, j'en ai pour cinq minutes.

== Venir en fauteuil
C'est ma mère qui amènera {animal} {day} ; elle se déplace maintenant en fauteuil. Peut-on
s'arrêter devant la porte de côté ? Elle n'oserait jamais vous le demander.

== Couverture oubliée
Je crois que nous avons oublié la couverture bleue {de_animal} dans la salle d'attente {past}.
Elle ne vaut rien du tout, mais {il} ne dort pas sans elle.

== Prévenir ma voisine
Je serai à l'hôpital à partir de {day}, pour une hanche. Ma voisine Odile a la clé et nourrit
{animal}. S'il y a quoi que ce soit, appelez-la plutôt que moi.

== {animal} n'est plus là [died]
Vous nous avez écrit pour la visite annuelle {de_animal}. {Il} nous a quittés cet été, à la
maison, sans souffrir. Pouvez-vous le noter pour que les rappels s'arrêtent ? Vous avez toujours
été si gentils.

== Un petit reproche
Nous avons attendu cinquante minutes {past} sans que personne ne nous dise pourquoi. Les urgences
passent d'abord, et je voudrais la même chose pour {animal}, mais un mot aurait suffi.

== [re:appointment]
C'est parfait, merci. J'arriverai cinq minutes avant avec {animal} et son carnet.

== [re:appointment]
Je me suis trompé{me} de semaine, je suis absent{me} ce jour-là. Est-ce possible à la même heure,
huit jours plus tard ?

== [re:appointment]
Oui, et pourriez-vous regarder ses dents par la même occasion ? {Il} ne mâche plus que d'un côté.

== [re:invoice]
Réglé ce matin par virement. Pourriez-vous m'envoyer un reçu au nom {de_animal} pour l'assurance ?

== [re:invoice]
Merci. C'est un peu plus que le devis : avant de payer, pouvez-vous me dire à quoi correspondent
les {amount} de plus ?

== [re:estimate]
Nous en avons parlé et nous sommes d'accord. Quel jour faut-il amener {animal}, et à partir de
quelle heure doit-{il} être à jeun ?

== [re:estimate]
C'est plus que nous ne pensions. Peut-on le faire en deux temps, le plus important d'abord ? Nous
ne voulons pas {que_animal} souffre en attendant.

== [re:reminder]
Merci pour le rappel. Est-ce le vaccin complet cette année ou seulement le petit ? Je viendrais
bien {day} si vous avez de la place.
"""
