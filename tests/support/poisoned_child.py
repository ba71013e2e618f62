"""The guarded process of a poisoned house."""

import sys

from postroom.kit.mime import child
from tests.support.poisoned import deadly

child.WAYS = {how: deadly(way) for how, way in child.WAYS.items()}
sys.exit(child.main(sys.argv[1]))
