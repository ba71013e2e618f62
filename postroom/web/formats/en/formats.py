"""How English writes times and dates here (DESIGN 10): 24 hours, the day before the month."""

TIME_FORMAT = "H:i"
DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "D j M"
MONTH_DAY_FORMAT = "l j F"
DATETIME_FORMAT = "D j M Y, H:i"
SHORT_DATETIME_FORMAT = "D j M, H:i"
