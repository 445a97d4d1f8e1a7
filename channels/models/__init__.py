"""The way out: what a channel wants, how ready products are for it, and what stands there."""

from channels.models.block import Block
from channels.models.channel import Channel, FieldMapping, Requirement
from channels.models.completeness import Completeness, MissingSet
from channels.models.contradiction import Contradiction
from channels.models.launch import Launch, LaunchEntry, LaunchStep
from channels.models.listing import Attempt, Listing
from channels.models.portal import PortalPage, PortalPlace, PortalText
from channels.models.rules import PackedRule, RulePack
from channels.models.taxonomy import Taxonomy

__all__ = [
    "Attempt",
    "Block",
    "Channel",
    "Completeness",
    "Contradiction",
    "FieldMapping",
    "Launch",
    "LaunchEntry",
    "LaunchStep",
    "Listing",
    "MissingSet",
    "PackedRule",
    "PortalPage",
    "PortalPlace",
    "PortalText",
    "Requirement",
    "RulePack",
    "Taxonomy",
]
