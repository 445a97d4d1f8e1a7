from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0017_products_by_state")]

    operations = [
        migrations.AddField("importrow", "mended", models.JSONField(null=True)),
        migrations.AlterField(
            "importrow",
            "action",
            models.CharField(
                choices=[("create", "Create"), ("update", "Update"), ("none", "None"), ("retire", "Disable")],
                default="none",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "importrun",
            "policy",
            models.CharField(
                choices=[
                    ("all-or-nothing", "All or nothing"),
                    ("skip-bad", "Skip bad rows"),
                    ("fill-empty", "Only fill what is empty, skip bad rows"),
                    ("create-only", "Only create, skip bad rows"),
                    ("update-only", "Only update, skip bad rows"),
                ],
                default="skip-bad",
                max_length=20,
                verbose_name="policy",
            ),
        ),
        migrations.AlterField(
            "importrun",
            "state",
            models.CharField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("planning", "Planning"),
                    ("planned", "Planned"),
                    ("applying", "Applying"),
                    ("applied", "Applied"),
                    ("mending", "Being mended"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="uploaded",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
