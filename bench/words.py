"""Invented words with the frequencies of real ones: a search index feels the difference."""

import random
from functools import cache
from itertools import accumulate

VOCABULARY = 6000
_ONSETS = "b c ch d f g h j l m n p qu r s t tr v br cl gr pl st sp th"
_NUCLEI = "a e i o u ai ou ea en on an in er ar é è"
_CODAS = ("", "", "", "n", "r", "s", "t", "l", "nt", "st", "ng", "que")
_COMMON = (
    "the of and to in a is you that it for on with as we are this be at your have not or by from"
    " our please thank le la les de des du et à en un une pour que qui dans sur avec votre vous"
    " nous est pas par plus merci bonjour hello appointment rendez-vous"
)


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Words, the most frequent first, and their frequencies added up (Zipf's law)."""
    rng = random.Random("vocabulary")
    words = dict.fromkeys(_COMMON.split())
    while len(words) < VOCABULARY:
        words[_invented(rng)] = None
    return list(words), list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))


def paragraphs(rng: random.Random, letters: int) -> list[str]:
    """Paragraphs of sentences, of about so many letters altogether."""
    found, written = [], 0
    while written < letters:
        sentences = [_sentence(rng) for _ in range(rng.randint(1, 6))]
        found.append(" ".join(sentences))
        written += len(found[-1])
    return found


def some(rng: random.Random, count: int) -> list[str]:
    """So many words, as frequent as they are."""
    words, weights = vocabulary()
    return rng.choices(words, cum_weights=weights, k=count)


def _sentence(rng: random.Random) -> str:
    text = " ".join(some(rng, rng.randint(4, 22)))
    if rng.random() < 0.15:
        text += f" {rng.randint(1, 31)}/{rng.randint(1, 12)}"
    return text.capitalize() + rng.choice(".....?!")


def _invented(rng: random.Random) -> str:
    onsets, nuclei = _ONSETS.split(), _NUCLEI.split()
    syllables = rng.choice((1, 2, 2, 2, 3, 3, 4))
    word = "".join(rng.choice(onsets) + rng.choice(nuclei) for _ in range(syllables))
    return word + rng.choice(_CODAS)
