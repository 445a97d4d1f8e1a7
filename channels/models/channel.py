"""A channel's profile: what it wants, how its fields are made, how and when it is reached."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import Labelled
from pim.lib.encrypted import EncryptedJSONField


class Channel(Labelled):
    """`assortment`, `settings`, `schedule`, `template` are owned by channels.assortment, the connector, channels.schedule, channels.mapping."""

    class Outdated(models.TextChoices):
        """What a translation counts whose source text has changed since."""

        COUNTS = "counts", _("Counts as translated")
        WARNS = "warns", _("Counts as translated, with a warning")
        MISSING = "missing", _("Counts as missing")

    class OnDrift(models.TextChoices):
        """What follows where the channel shows other than it was sent. `channels.drift` says what each means."""

        PUSH = "push", _("Send ours again")
        ASK = "ask", _("Leave it as it is there until somebody decides")

    class ReadEvery(models.IntegerChoices):
        """Hours between two readings of a channel."""

        NEVER = 0, _("Only when somebody asks")
        QUARTER = 6, _("Every six hours")
        DAY = 24, _("Every day")
        WEEK = 168, _("Every week")

    context = models.OneToOneField(
        "catalog.Context",
        verbose_name=_("context"),
        on_delete=models.PROTECT,
        related_name="channel",
        help_text=_("Values are resolved for this context: the channel, then its audience, then master."),
    )
    locales = models.ManyToManyField("catalog.Locale", verbose_name=_("locales"), related_name="channels")
    currencies = models.ManyToManyField(
        "catalog.Currency", verbose_name=_("currencies"), blank=True, related_name="channels"
    )
    category_tree = models.ForeignKey(
        "catalog.Category",
        verbose_name=_("category tree"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="channels",
    )
    # Where its buyers are: ISO 3166-1 codes, owned by channels.rules.countries. Packs of rules hang on them.
    destinations = models.JSONField(default=list, blank=True, editable=False)
    assortment = models.JSONField(_("assortment"), default=dict, blank=True)
    connector = models.CharField(_("connector"), max_length=30)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    credentials = EncryptedJSONField(default=dict, blank=True, editable=False)
    schedule = models.JSONField(_("schedule"), default=dict, blank=True)
    # What the connector's template said of each field when it was taken over: {target: TemplateField.facts()}.
    template = models.JSONField(default=dict, blank=True, editable=False)
    send_fallback = models.BooleanField(
        _("send fallback texts"),
        default=True,
        help_text=_("Where a text of a locale is missing, send its fallback locale's."),
    )
    fallback_counts = models.BooleanField(
        _("fallback counts as translated"),
        default=False,
        help_text=_("For completeness: a fallback text counts as filled."),
    )
    counts_sku = models.BooleanField(
        _("the SKU counts"),
        default=False,
        help_text=_(
            "For completeness: as one more required attribute, which is always filled. Akeneo counts so."
        ),
    )
    outdated = models.CharField(
        _("an outdated translation"),
        max_length=10,
        choices=Outdated,
        default=Outdated.WARNS,
        help_text=_("For completeness: a text whose source was changed after it was translated."),
    )
    removal_share = models.PositiveSmallIntegerField(
        _("hold takedowns beyond (%)"),
        default=20,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "Of what is on the channel. Where more would be taken down or emptied within a day, all of that is held until somebody confirms it. 100: never held."
        ),
    )
    removal_least = models.PositiveIntegerField(
        _("but let so many pass"),
        default=10,
        help_text=_("Takedowns in a day that are never held, however few products the channel has."),
    )
    on_drift = models.CharField(
        _("where the channel shows something else"),
        max_length=10,
        choices=OnDrift,
        default=OnDrift.PUSH,
        help_text=_("After a comparison: what happens by itself with fields that were changed there."),
    )
    protected = models.JSONField(default=dict, blank=True)  # owned by channels.protection
    pictures = models.JSONField(default=dict, blank=True, editable=False)  # owned by channels.pictures
    read_every = models.PositiveSmallIntegerField(
        _("read back"),
        choices=ReadEvery,
        default=ReadEvery.DAY,
        help_text=_("How often what the channel shows is compared with what was sent, where it can be read."),
    )
    read_due_at = models.DateTimeField(null=True, editable=False)  # the next time it is
    is_active = models.BooleanField(_("active"), default=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, editable=False)
    paused_reason = models.TextField(_("why"), default="", editable=False)
    # Raised with each change of the profile, its fields and requirements: sheets built before it are old.
    profile_rev = models.PositiveBigIntegerField(default=1, editable=False)
    # No request before this time (Retry-After of the whole channel, or the circuit after repeated failures).
    blocked_until = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)  # in a row, of whole requests
    last_sync_at = models.DateTimeField(_("last sync"), null=True, editable=False)
    # Held by the one worker that publishes a snapshot of the whole channel.
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.CharField(max_length=32, default="", editable=False)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="channel_code", violation_error_message=_("This code is taken.")
            )
        ]


class Requirement(models.Model):
    """An attribute a channel requires (or warns about) for a family; no family: for all that have the attribute."""

    class Level(models.TextChoices):
        REQUIRED = "required", _("Required")
        WARNING = "warning", _("Warning")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="requirements")
    family = models.ForeignKey(
        "catalog.Family",
        verbose_name=_("family"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    attribute = models.ForeignKey(
        "catalog.Attribute", verbose_name=_("attribute"), on_delete=models.CASCADE, related_name="+"
    )
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.REQUIRED)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "family", "attribute"],
                name="requirement",
                violation_error_message=_("This attribute is listed for this family already."),
            ),
            models.UniqueConstraint(
                fields=["channel", "attribute"],
                condition=models.Q(family=None),
                name="requirement_any_family",
                violation_error_message=_("This attribute is listed for all families already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id}: {self.attribute}"


class FieldMapping(models.Model):
    """How one field of the channel's sheet is made. `source`, `transforms`, `value_list`, `limits`: channels.sheets owns them."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="fields")
    family = models.ForeignKey(
        "catalog.Family",
        verbose_name=_("family"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: for every family without a row of its own."),
    )
    target = models.CharField(_("channel field"), max_length=100)
    source = models.JSONField(
        _("made from"), default=dict
    )  # {"attribute": code} | {"template": "{brand} {name}"} | {"fixed": value}
    localized = models.BooleanField(_("by locale"), default=False)
    transforms = models.JSONField(
        _("transforms"), default=list, blank=True
    )  # [{"name": "truncate", "length": 75}]
    value_list = models.JSONField(_("value list"), default=dict, blank=True)  # our option → their value
    limits = models.JSONField(_("limits"), default=dict, blank=True)  # {"max_length": 75, "pattern": …}
    required = models.BooleanField(_("required"), default=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "family", "target"],
                name="field_mapping",
                violation_error_message=_("This field is listed for this family already."),
            ),
            models.UniqueConstraint(
                fields=["channel", "target"],
                condition=models.Q(family=None),
                name="field_mapping_any_family",
                violation_error_message=_("This field is listed for all families already."),
            ),
        ]

    def __str__(self) -> str:
        return self.target
