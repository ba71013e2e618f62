"""How French writes times and dates here (DESIGN 10): «10 h 15», «jeu. 26 nov.»."""

TIME_FORMAT = "G\xa0\\h\xa0i"
DATE_FORMAT = "j\xa0N Y"
SHORT_DATE_FORMAT = "D.\xa0j\xa0N"
MONTH_DAY_FORMAT = "l j F"
DATETIME_FORMAT = "D.\xa0j\xa0N Y, G\xa0\\h\xa0i"
SHORT_DATETIME_FORMAT = "D.\xa0j\xa0N, G\xa0\\h\xa0i"
