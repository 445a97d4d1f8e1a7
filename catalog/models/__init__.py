"""What a product is. One file per topic; imports point from top to bottom of this list."""

from catalog.models.access import Grant, Role
from catalog.models.asset import Asset, AssetTag
from catalog.models.attribute import Attribute, AttributeGroup, Option
from catalog.models.campaign import Campaign, CampaignValues
from catalog.models.category import Category
from catalog.models.context import Context, Currency, Locale
from catalog.models.conversion import Conversion
from catalog.models.family import Family, FamilyAttribute, FamilyVariant, VariantAttribute
from catalog.models.importing import ImportMark, ImportProfile, ImportRow, ImportRun
from catalog.models.job import Job
from catalog.models.measurement import MeasurementFamily, MeasurementUnit
from catalog.models.merged import MergedProduct
from catalog.models.numbering import GtinPool, Sequence
from catalog.models.pickup import ImportPickup, PickedFile, PickupTrouble
from catalog.models.product import NumberValue, Product, ProductCategory, ProductValues, UniqueValue
from catalog.models.reference import ReferenceEntity, ReferenceField, ReferenceRecord
from catalog.models.remote import ImportPicture, RemoteFile
from catalog.models.rendition import Rendition, RenditionPreset
from catalog.models.retention import Thinning
from catalog.models.revision import Revision
from catalog.models.source import Proposal, Source, SourcePolicy
from catalog.models.structure import StructureVersion
from catalog.models.takeover import Takeover
from catalog.models.term import Term
from catalog.models.translation import OutdatedTranslation
from catalog.models.user import User

__all__ = [
    "Asset",
    "AssetTag",
    "Attribute",
    "AttributeGroup",
    "Campaign",
    "CampaignValues",
    "Category",
    "Context",
    "Conversion",
    "Currency",
    "Family",
    "FamilyAttribute",
    "FamilyVariant",
    "Grant",
    "GtinPool",
    "ImportMark",
    "ImportPickup",
    "ImportPicture",
    "ImportProfile",
    "ImportRow",
    "ImportRun",
    "Job",
    "Locale",
    "MeasurementFamily",
    "MeasurementUnit",
    "MergedProduct",
    "NumberValue",
    "Option",
    "OutdatedTranslation",
    "PickedFile",
    "PickupTrouble",
    "Product",
    "ProductCategory",
    "ProductValues",
    "Proposal",
    "ReferenceEntity",
    "ReferenceField",
    "ReferenceRecord",
    "RemoteFile",
    "Rendition",
    "RenditionPreset",
    "Revision",
    "Role",
    "Sequence",
    "Source",
    "SourcePolicy",
    "StructureVersion",
    "Takeover",
    "Term",
    "Thinning",
    "UniqueValue",
    "User",
    "VariantAttribute",
]
