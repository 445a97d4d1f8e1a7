"""An import: its profile, its run and the rows of its plan."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import Labelled
from catalog.models.documents import DocumentField
from catalog.models.job import Job
from catalog.models.product import Product
from catalog.models.source import Source

RAISED = 1_000_000_000  # above any row of a file
PARTS = 4


def number_in(row: int, part: int) -> int:
    """The number of the product that is the `part`-th to begin in a row of the file (below PARTS). In the order of the file."""
    return RAISED + row * PARTS + part


def row_of(number: int) -> int:
    """The file's row that a number stands for, as the spreadsheet counts it."""
    return number if number < RAISED else (number - RAISED) // PARTS


class ImportProfile(Labelled):
    """What was accepted for this supplier before: columns, settings and policy.

    `mapping` and `settings` belong to catalog.importing.columns and catalog.importing.settings; unknown keys are refused there.
    """

    source = models.ForeignKey(
        Source, verbose_name=_("source"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dialect = models.CharField(_("dialect"), max_length=30, default="plain")
    mapping = models.JSONField(default=list, blank=True)
    settings = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="import_profile_code", violation_error_message=_("This code is taken.")
            )
        ]


class ImportRun(models.Model):
    """One file on its way: uploaded → planning → planned → applying → applied → undoing → undone, or failed, cancelled.

    From planned and applied it goes through mending, in which its rejected rows are planned anew, and back.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        PLANNING = "planning", _("Planning")
        PLANNED = "planned", _("Planned")
        APPLYING = "applying", _("Applying")
        APPLIED = "applied", _("Applied")
        MENDING = "mending", _("Being mended")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Policy(models.TextChoices):
        ALL_OR_NOTHING = "all-or-nothing", _("All or nothing")
        SKIP_BAD = "skip-bad", _("Skip bad rows")
        FILL_EMPTY = "fill-empty", _("Only fill what is empty, skip bad rows")
        CREATE_ONLY = "create-only", _("Only create, skip bad rows")
        UPDATE_ONLY = "update-only", _("Only update, skip bad rows")

    profile = models.ForeignKey(
        ImportProfile,
        verbose_name=_("profile"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="runs",
    )
    source = models.ForeignKey(
        Source, verbose_name=_("source"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    target = models.CharField(max_length=20, default="products")
    file = models.FileField(_("file"), upload_to="imports/")
    filename = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(max_length=64)
    table = models.JSONField(default=dict)  # what the reader recognised (catalog.importing.readers)
    mapping = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    policy = models.CharField(_("policy"), max_length=20, choices=Policy, default=Policy.SKIP_BAD)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    counts = models.JSONField(default=dict)
    error = models.TextField(default="")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        "catalog.User", verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    applied_at = models.DateTimeField(_("applied"), null=True)
    thinned_at = models.DateTimeField(null=True)  # since then its rows and file are gone (catalog.retention)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.filename


class ImportRow(models.Model):
    """One row of the file and what it would do, did, or why not; a product, where the file's dialect makes products of
    several rows (catalog.importing.shapes).

    `changes` is {key: [before, after]} as in Revision; `errors` is [{column, key, value, code, message}], with `row` where
    the cell stands in another row than the product begins in.
    `mended` is laid over `raw`: {place of the cell: what a person wrote instead, or null for a cell that is left out}; NULL: nothing.

    A product that the file does not name (catalog.importing.missing) has a row of action RETIRE, numbered after the file's.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        UNCHANGED = "unchanged", _("Unchanged")
        REJECTED = "rejected", _("Rejected")
        SKIPPED = "skipped", _("Skipped")
        APPLIED = "applied", _("Applied")
        REVERSED = "reversed", _("Reversed")
        KEPT = "kept", _("Kept")
        FAILED = "failed", _("Could not be reversed")

    class Action(models.TextChoices):
        CREATE = "create", _("Create")
        UPDATE = "update", _("Update")
        NONE = "none", _("None")
        RETIRE = "retire", _("Disable")

    # No index of its own here: the constraint's begins with it.
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    # As the spreadsheet counts, from 1; raised where several products begin in one row (number_in).
    number = models.PositiveIntegerField()
    sku = models.CharField(max_length=150, default="")
    action = models.CharField(max_length=10, choices=Action, default=Action.NONE)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    product = models.ForeignKey(Product, null=True, on_delete=models.SET_NULL, related_name="+")
    # Models before sub-models before variants, and last who names others of the file (catalog.importing.links).
    level = models.PositiveSmallIntegerField(default=0)
    raw = DocumentField(default=list)
    mended = DocumentField(null=True)
    values = DocumentField(default=dict)  # key → stored value, as cleaned
    fields = DocumentField(default=dict)
    changes = DocumentField(default=dict)
    errors = DocumentField(default=list)
    error_code = models.CharField(
        max_length=40, default=""
    )  # of the first error: rejected rows are filtered by it
    notes = DocumentField(default=list)  # warnings, proposals, why kept
    rev = models.PositiveBigIntegerField(
        null=True
    )  # the product's, as the plan found it; then the one this row wrote
    mark = models.BigIntegerField(
        null=True
    )  # by which the very same row is known again (catalog.importing.marks)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row")]
        indexes = [models.Index(fields=["run", "state", "level", "number"], name="import_row_state")]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.number}"

    @property
    def place(self) -> int:
        """The row of the file in which it begins."""
        return row_of(self.number)


class ImportMark(models.Model):
    """The row a profile's file had for a product when that row asked for nothing that the product did not say already.

    `profile` is its id, 0 without one. The mark holds for that revision of the product only.
    Owner: catalog.importing.marks.
    """

    pk = models.CompositePrimaryKey("profile", "product_id")
    profile = models.BigIntegerField()
    # Written with every imported row: the database is spared a check and an index that the key makes needless.
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="import_marks", db_constraint=False, db_index=False
    )
    rev = models.PositiveBigIntegerField()
    mark = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.profile}: {self.product_id}@{self.rev}"
