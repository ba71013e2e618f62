"""Names for invented people and animals. `f`/`m` say how French letters must agree."""

# ruff: noqa: SIM905 (names read better as running text than as lists of quotes)

BRITISH = {
    "f": "Edith Bronwen Imogen Rosalind Morwenna Tamsin Harriet Flora Winifred Elspeth Georgina "
    "Isla Maud Rhiannon Beatrix Nell Ottilie Philippa Sheila Una".split(),
    "m": "Alistair Barnaby Callum Desmond Ewan Fergus Gareth Hamish Jago Kenneth Lachlan Nigel "
    "Percy Rupert Silas Tobias Wilfred Gwilym Edmund Rory".split(),
    "family": "Ashdown Birtwhistle Carrow Dunmore Eddowes Fenwick Garrick Hathersage Inchbald "
    "Jessop Kettlewell Lomax Maddocks Nethercott Oldroyd Penhaligon Quayle Ravenscroft Satterley "
    "Tregenza Underhay Venables Wetherby Yarwood Pryce-Jones MacLeish O'Rourke Blacklock".split(),
}
FRENCH = {
    "f": "Amélie Bérengère Cécile Delphine Éloïse Françoise Geneviève Hélène Inès Joséphine "
    "Léa Maëlle Noémie Océane Solène Thérèse Véronique Zoé Agnès Capucine".split(),
    "m": "Aurélien Benoît Cédric Damien Étienne Fabrice Gaël Hervé Jérôme Loïc Mathéo Noël Olivier "
    "Régis Sébastien Théo Yannick Anaël Gérard Rémi".split(),
    "family": "Aubéry Bâtier-Morel Château Désormeaux Évrard Faÿ Guérin Hébrard Jégou Kermorvan "
    "Lefèvre Ménager Noël Orhan Péchard Quéméneur Rouvière Séguy Thébault Vallières Legoff "
    "Delaunay d'Hautcœur Pruvôt Garçon Brûlé".split(),
}
ELSEWHERE = {
    "f": "Ngozi Priyanka Zuzanna Mei-Ling Yasmin Ingrid Chiara Lucía Ayşe Şirin Małgorzata "
    "Anneliese Folasade Sunniva Jelena".split(),
    "m": "Chukwuemeka Ravi Łukasz Jun Karim Søren Matteo Joaquín Emre Bjørn Dušan Günther "
    "Kwabena Tomás Ömer".split(),
    "family": "Adébáyò Achterberg Bąkowski Çelik Dvořák Eriksson Fernández Gonçalves Haddad Iyer "
    "Jørgensen Krämer Lindström Mbeki Núñez Okonkwo Petrović Quispe Rahman Sørensen Tanaka Ünal "
    "Vieira Wójcik Yıldız Žižka Castellanos Bhattacharya".split(),
}
ANIMALS = {
    "f": "Biscotte Bella Caramel Cléo Daisy Duchesse Etta Fleur Ginger Hazel Iris Jemima Kiki "
    "Luna Mabel Nougatine Olive Plume Quenelle Rosie Saffron Tansy Uma Vanille Willow Zelda Truffe "
    "Mirabelle Pebble Marguerite Lulu Perle Clementine Juno Bramble Myrtille".split(),
    "m": "Alfie Bandit Chester Dorito Elvis Felix Gaston Hector Igor Jasper Kipper Léon Marlowe "
    "Noisette Oscar Pépin Quincy Rusty Scampi Teddy Ulysse Victor Wallace Yoyo Ziggy Mustard "
    "Pistache Brioche Otis Figaro Captain Domino Murphy Balthazar Patch Sirius".split(),
}
WORKPLACES = (
    "carrow-boatyard.example",
    "harbour-bakery.example",
    "mairie-saltmarsh.example",
    "quayside-dental.example",
    "atelier-rouviere.example",
    "northsea-freight.example",
    "lycee-des-dunes.example",
    "fenwick-joinery.example",
)
MAILBOXES = (
    "example.com",
    "example.org",
    "example.net",
    "postbox.example",
    "courriel.example",
    "saltmarsh-mail.example",
)
