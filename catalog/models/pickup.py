"""Where an import profile's files come from, which were seen there, and what is wrong with it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.job import Job
from pim.lib.encrypted import EncryptedJSONField


class ImportPickup(models.Model):
    """A place (`kind`, `settings`, `credentials`: catalog.importing.pickup.places), a schedule, and what may happen alone.

    `looks`: the last LOOKS of them, newest first: [{"at", "files", "taken", "error"}].
    """

    LOOKS = 20

    class Alone(models.TextChoices):
        NEVER = "never", _("Wait for a person, always")
        CLEAN = "clean", _("Import alone when nothing is rejected, disabled or emptied")
        LIMITS = "limits", _("Import alone within these limits")

    class After(models.TextChoices):
        MOVE = "move", _("Move it to the archive folder, with its report")
        REMEMBER = "remember", _("Leave it there and remember it")

    profile = models.OneToOneField(ImportProfile, on_delete=models.CASCADE, related_name="pickup")
    kind = models.CharField(_("kind"), max_length=10)
    settings = models.JSONField(default=dict)
    credentials = EncryptedJSONField(default=dict)
    pattern = models.CharField(_("file names"), max_length=200, default="*", help_text=_("As *.xlsx or prices-*.csv. Several, with a blank between."))  # fmt: skip
    is_active = models.BooleanField(_("look by the clock"), default=True)
    every_minutes = models.PositiveIntegerField(
        _("every … minutes"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10_080)]
    )  # fmt: skip
    daily_at = models.TimeField(_("daily at"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    after = models.CharField(_("a file that was taken"), max_length=10, choices=After, default=After.MOVE)
    archive = models.CharField(_("archive folder"), max_length=200, default="archive", blank=True, help_text=_("Below the folder the files come from."))  # fmt: skip
    alone = models.CharField(_("then"), max_length=10, choices=Alone, default=Alone.CLEAN)
    most_rejected = models.PositiveIntegerField(_("at most so many % of the rows rejected"), default=0, validators=[MaxValueValidator(100)])  # fmt: skip
    most_retired = models.PositiveIntegerField(_("at most so many products disabled"), default=0)
    most_emptied = models.PositiveIntegerField(_("at most so many products with emptied values"), default=0)
    told = models.ManyToManyField("catalog.User", verbose_name=_("e-mail to"), blank=True, related_name="+")
    webhook = models.URLField(_("webhook"), max_length=500, blank=True)
    webhook_secret = EncryptedJSONField(default=dict)
    run_by = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")
    next_look_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # looks in a row that did not get there
    looks = models.JSONField(default=list)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("place files come from")
        verbose_name_plural = _("places files come from")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every_minutes__isnull=True) ^ models.Q(daily_at__isnull=True),
                name="import_pickup_schedule",
                violation_error_message=_("Say either how often, or at which time of the day."),
            )
        ]
        indexes = [models.Index(fields=["next_look_at"], name="import_pickup_due")]

    def __str__(self) -> str:
        return str(self.profile)


class PickedFile(models.Model):
    """A file as it was found, by its fingerprint: another size or time is another file.

    seen → taken (it has a run) → done, waiting (for a person), failed or left out; or same (its content had been taken
    before), or refused (cannot be read). `stamp`: what the place tells of its content: a time, an ETag.
    """

    class State(models.TextChoices):
        SEEN = "seen", _("Seen")
        TAKEN = "taken", _("Being imported")
        WAITING = "waiting", _("Waits for a person")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Failed")
        LEFT_OUT = "left-out", _("Left out")
        SAME = "same", _("Known content")
        REFUSED = "refused", _("Cannot be read")

    pickup = models.ForeignKey(ImportPickup, on_delete=models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(max_length=500)
    size = models.BigIntegerField()
    stamp = models.CharField(max_length=150, default="")
    state = models.CharField(max_length=10, choices=State, default=State.SEEN)
    sha256 = models.CharField(max_length=64, default="")
    run = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(default="")  # why it waits, failed or was refused
    archived = models.CharField(max_length=600, default="")  # where it lies now, below the place's folder
    report = models.CharField(max_length=600, default="")  # and its report
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pickup", "name", "size", "stamp"], name="picked_file")
        ]
        indexes = [
            models.Index(fields=["pickup", "-id"], name="picked_file_newest"),
            models.Index(
                fields=["state"], condition=models.Q(state__in=["taken", "waiting"]), name="picked_file_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PickupTrouble(models.Model):
    """Something a person has to know of, told once when it begins and once when it is over.

    `key`: what it is about: "place", "archive", "job", or "file:" and a PickedFile's id. A row without `over_at` is open.
    """

    pickup = models.ForeignKey(
        ImportPickup, on_delete=models.CASCADE, related_name="troubles", db_index=False
    )
    key = models.CharField(max_length=40)
    text = models.TextField()
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    over_told_at = models.DateTimeField(null=True)
    sent = models.JSONField(default=list)  # what went out: "mail", "webhook", "mail over", "webhook over"
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)  # telling it failed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pickup", "key"], condition=models.Q(over_at=None), name="pickup_trouble_open"
            )
        ]
        indexes = [
            models.Index(fields=["pickup", "-id"], name="pickup_trouble_newest"),
            models.Index(fields=["next_try_at"], condition=models.Q(over_told_at=None), name="pickup_trouble_untold"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text
