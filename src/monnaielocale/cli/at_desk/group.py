"""The group of all commands about desks."""

from ...words import say
from ..teaching import group

desks = group("desk", say("Service desks that take local currency, with their people and their charter."))
