"""Hostile mail HTML made safe to show.

Three layers, each enough against most attacks: an allow-list sanitiser (`safe`), a document that
holds no script (`document`), and a frame that runs and loads nothing (`frame_csp`, `SANDBOX`).

    source -> bounds.bounded (cost) -> nh3 (what may stay) -> links.clear (where links go)
"""

from postroom.kit.html.clean import LIMIT, Safe, safe
from postroom.kit.html.folding import folded
from postroom.kit.html.frame import SANDBOX, document, frame_csp
from postroom.kit.html.plain import from_text

__all__ = ["LIMIT", "SANDBOX", "Safe", "document", "folded", "frame_csp", "from_text", "safe"]
