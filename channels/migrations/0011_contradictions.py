import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("channels", "0010_rule_packs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contradiction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("price", "Prices"),
                            ("measure", "Measures and numbers"),
                            ("fact", "Claims, materials and choices"),
                            ("title", "Titles that name something else"),
                            ("missing", "Sent to one, missing in another"),
                        ],
                        max_length=10,
                    ),
                ),
                ("line", models.CharField(max_length=150)),
                ("label", models.CharField(max_length=150)),
                ("locale", models.CharField(default="", max_length=20)),
                ("attributes", models.TextField()),
                ("values", models.JSONField()),
                ("pairs", models.TextField()),
                ("why", models.CharField(default="", max_length=10)),
                ("digest", models.CharField(max_length=64)),
                ("found_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contradictions",
                        to="catalog.product",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "why", "id"], name="contradiction_kind"),
                    models.Index(fields=["seen_at"], name="contradiction_seen"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("product", "kind", "line", "locale"), name="contradiction")
                ],
            },
        ),
    ]
