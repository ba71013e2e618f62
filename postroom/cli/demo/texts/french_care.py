"""French letters about animals: worries, progress, pictures, thanks."""

CARE = """
== {animal} boite encore [dog, cat]
Depuis hier soir {il} ne pose plus la patte arrière gauche et ne veut pas manger. {Past},
pourtant, c'était bien mieux. Faut-il venir aujourd'hui ou lui laisser encore une journée de repos
?

== Ne mange plus
{animal} n'a touché ni à son dîner ni à son petit déjeuner. {Il} boit et vient me dire bonjour,
puis {il} retourne se coucher. Y a-t-il quelque chose que je devrais regarder ?

== Vomissements cette nuit [dog, cat, ferret]
{animal} a vomi à deux heures puis à cinq heures, surtout de la mousse. Ce matin {il} est en forme
et réclame sa gamelle. Est-ce que je lui donne à manger ou est-ce que j'attends midi ?

== Une boule sur le côté [furry, pony]
En brossant {animal} j'ai senti une boule, grosse comme un petit pois, derrière les côtes. Elle
roule sous la peau et ne semble pas faire mal. Je n'en ai pas dormi.

== Se gratte jour et nuit [dog, cat]
{animal} s'est gratté le cou jusqu'à ne plus avoir de poils. J'ai passé le peigne et je n'ai pas
vu de puces. Nous avons changé de lessive il y a trois semaines, est-ce que cela peut venir de là
?

== Photo de l'œil {de_animal} [photo]
Il coule depuis {past} et ce matin il était presque fermé. La photo n'est pas très nette,
impossible de faire tenir {animal} tranquille. Pensez-vous que cela peut attendre {day} ?

== La cicatrice au cinquième jour [photo] [dog, cat]
Vous m'aviez demandé une photo au cinquième jour, la voici. C'est sec, sans odeur, un peu rose en
haut. {animal} est vexé{e} par la collerette et se cogne à toutes les portes.

== Est-ce normal ? [photo] [dog, cat, rabbit]
Autour des points, la peau est devenue plus foncée. {animal} se laisse toucher. J'ai mis une pièce
à côté sur la photo pour que vous voyiez la taille.

== Avalé au parc [dog]
{animal} a avalé la moitié d'un épi de maïs avant que je puisse le lui retirer. C'était il y a une
heure et {il} a l'air très content{e} de {lui}. Que dois-je surveiller ?

== Du chocolat ! [dog]
Mon petit-fils a partagé son œuf de Pâques avec {animal} : une quarantaine de grammes, au lait.
{Il} pèse {kilos} kg. J'ai appelé mais la ligne était occupée, alors je vous écris aussi.

== Boit énormément [dog]
J'ai mesuré : {animal} boit presque un litre par jour et demande à sortir la nuit, ce qu'{il} ne
faisait jamais. {Il} n'est plus tout{e} jeune. Faut-il apporter un échantillon d'urine ?

== À côté de la litière [cat]
{animal} fait maintenant sur le tapis de bain. La litière est la même que d'habitude. Ce matin
j'ai vu un peu de rose, c'est pour cela que je n'attends pas.

== Oreille déchirée [cat]
{animal} a passé la nuit dehors et {il} est rentré{e} avec l'oreille entaillée. J'ai nettoyé à
l'eau salée. C'est propre mais très chaud au toucher.

== Caché{e} sous le lit [cat, dog]
Depuis le feu d'artifice {animal} ne sort presque plus de dessous le lit. {Il} mange si je pousse
la gamelle. Existe-t-il quelque chose de doux à lui donner avant le prochain ?

== Tousse la nuit [dog, cat]
{animal} tousse quand {il} se couche, deux ou trois fois, comme avec un poil dans la gorge. Dans
la journée, rien. J'ai fait un enregistrement sur mon téléphone si cela peut aider {vet}.

== Crottes plus petites [rabbit]
Les crottes {de_animal} sont minuscules depuis ce week-end et {il} laisse son foin. Je sais que
cela va vite chez les lapins, dites-moi franchement s'il faut venir aujourd'hui.

== Éternuements [rabbit, guinea pig] [two]
Ils éternuent tous les deux depuis que j'ai changé la litière, surtout {animal}. Le nez est clair
et l'appétit bon. Je suis revenu{me} à l'ancienne ce matin.

== Réveil trop tôt ? [tortoise]
{animal} est sorti{e} de sa caisse {past}, un mois trop tôt, avec cette douceur. {Il} a pris un
bain mais ne mange pas. Est-ce que je {le} recouche ou est-ce que je {le} garde au chaud ?

== Des plumes partout [budgie]
{animal} s'arrache les petites plumes de la poitrine. Nous avons mis la cage près de la fenêtre,
je ne vois pas d'autre changement.

== Raideurs le matin [dog, cat]
Il faut dix bonnes minutes à {animal} pour se mettre en route le matin, puis tout va bien jusqu'au
soir. Les comprimés vendus en animalerie servent-ils à quelque chose ?

== Mauvaise haleine [dog, cat]
Je ne sais comment le dire poliment : l'haleine {de_animal} ferait fuir un régiment. Une dent du
fond me paraît brune. Est-ce pour l'assistante ou pour le vétérinaire ?

== Une tique, je crois [dog, cat]
J'ai retiré une bête de la patte {de_animal} à la pince, sans être sûr{me} d'avoir tout pris.
Aujourd'hui il y a un petit cercle rouge. Je l'ai gardée dans un bocal si vous voulez la voir.

== Piqûre sur le nez [dog, cat]
{animal} s'est disputé{e} avec une guêpe et {il} a perdu. Le nez a doublé mais {il} respire
normalement. J'ai mis un linge froid. Y a-t-il autre chose à faire ?

== Le poids, comme promis [dog, cat, rabbit]
{kilos} kg ce matin sur la balance de la cuisine, un peu moins que la dernière fois. {animal} a eu
sa dose deux fois par jour et pas de tartines, malgré tous ses efforts auprès de mon père.

== Le traitement {le} fatigue [dog, cat]
Depuis les nouveaux comprimés, {animal} dort toute la journée. {Il} n'est pas malheureu{x}, mais
ce n'est plus {lui}. Est-ce que cela passe ou faut-il diminuer la dose ?

== Comment donner un cachet ? [cat]
J'ai essayé le fromage, le beurre, le pâté et la serviette. {animal} mange le fromage et recrache
le cachet dans ma chaussure. Existe-t-il en sirop ? Je suis griffé{me} jusqu'aux coudes.

== Une prise oubliée
Nous étions absents une nuit et mon frère a oublié le traitement du soir {de_animal}. Dois-je en
donner deux ou continuer comme avant ? {Il} a l'air bien.

== Résultats d'analyse
Avez-vous reçu les résultats {de_animal} ? {vet} parlait de deux ou trois jours et nous sommes au
quatrième. Pas de nouvelles, bonnes nouvelles, mais je regarde sans cesse mon téléphone.

== {animal} revit ! [dog]
Je voulais vous dire {que_animal} a couru jusqu'au portail ce matin, pour la première fois depuis
l'opération. Nous avions oublié qu'{il} savait le faire. Merci à toute l'équipe.

== Merci [died]
Merci pour votre douceur {past}. Vous nous avez laissé tout le temps qu'il fallait. La maison est
bien vide, mais {animal} est parti{e} sans souffrir et c'est ce que nous garderons.

== Un bonjour {de_animal} [photo] [dog, cat]
Voici {animal} sur le canapé qui lui est interdit, dix jours après vos points de suture.
Montrez-la à l'assistante aux lunettes rouges, elle a été formidable avec {lui}.

== Photos pour {vet} [photos] [dog, cat]
Deux photos, comme demandé : l'une montre comment {animal} se tient de dos, l'autre la patte. Je
les ai prises près de la fenêtre, la lumière de la cuisine ne vaut rien.

== Une photo pour votre mur [photo] [cat, dog]
{animal} a eu douze ans {past} ! L'assistante voulait une photo pour le tableau de la salle
d'attente. {Il} a eu droit à une sardine, la bougie était à côté.

== Première semaine avec {animal} [dog, cat, ferret]
Une semaine {que_animal} est à la maison et {il} commande déjà tout le monde. {Il} mange bien et
dort sur mes pantoufles. Quand faut-il vous {le} présenter ?

== Des progrès [dog, cat]
Quelques nouvelles après trois séances : {animal} remonte sans aide la marche de la terrasse.
Gardons-nous la prochaine ou pouvons-nous espacer de deux semaines ?

== La collerette [dog, cat]
Combien de temps {animal} doit-{il} encore porter la collerette ? {Il} a écaillé la peinture du
couloir et cette nuit {il} s'est coincé{e} derrière la machine à laver. Les points me paraissent
secs.

== Trop maigre ?
Ma sœur n'avait pas vu {animal} depuis un an et {le} trouve amaigri{e}. Moi qui {le} vois tous les
jours, je ne m'en rends pas compte. Peut-on passer pour une pesée et pour écouter son cœur ?

== Chaleurs [female, dog]
{animal} est en chaleur depuis {past}, il faudra donc repousser l'opération. Combien de semaines
faut-il attendre ? Et que fait-on du fox-terrier d'à côté ?

== Fatigué{e} après le vaccin [dog, cat, rabbit]
{animal} a eu son rappel chez vous et reste calme depuis, un peu chaud{e} derrière les oreilles.
Vous nous aviez prévenus. Au bout de combien de temps faut-il s'inquiéter ?

== Le maréchal pose une question [pony]
Le maréchal-ferrant trouve l'antérieur gauche {de_animal} un peu chaud et voudrait un avis avant
de referrer. Il revient {day}. {vet} pourrait-{il_vet} passer avant ?

== Griffes trop longues [tortoise, guinea pig, rabbit, budgie]
Les griffes avant {de_animal} commencent à tourner sur le côté. {Il} marche comme si de rien
n'était. Faut-il les couper, et avec quoi ? J'ai peur de lui faire mal.

== Une petite question [dog]
J'ai oublié de vous demander {past} : {animal} peut-{il} déjà monter les escaliers ? Nous {le}
portons, mais {il} pèse {kilos} kg et nous ne rajeunissons pas.

== [re:discharge]
La nuit a été bonne et {il} a mangé un peu de poulet à six heures. Est-ce normal qu'{il} n'ait pas
encore fait ses besoins ?

== [re:discharge]
Tout va bien. Une question : la feuille dit deux fois par jour en mangeant et la boîte une seule.
Laquelle faut-il croire ?

== [re:discharge] [photo]
Vous m'aviez dit d'envoyer une photo si cela gonflait. C'est le cas, un peu, à l'intérieur.
{animal} ne dit rien quand j'appuie doucement.

== [re:results]
Quel soulagement, merci d'avoir écrit si vite. Continuons-nous la même alimentation jusqu'à la
prochaine prise de sang ?

== [re:results]
Merci. J'ai cherché certains mots et j'aurais mieux fait de m'abstenir. {vet} pourrait-{il_vet}
m'appeler ce soir ? À n'importe quelle heure après 19 heures.

== [re:followup]
Bien mieux, merci d'avoir demandé. {Il} a fini les comprimés {past} et ressort au jardin depuis ce
matin.
"""
