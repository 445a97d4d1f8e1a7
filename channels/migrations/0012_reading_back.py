"""How often a channel is read back, and what was sent before in fields that changed.

Channels that are there already stay as they are: read when somebody asks.
"""

from django.db import migrations, models

EVERY = [(0, "Only when somebody asks"), (6, "Every six hours"), (24, "Every day"), (168, "Every week")]


def read_every(default):
    return models.PositiveSmallIntegerField(
        choices=EVERY,
        default=default,
        help_text="How often what the channel shows is compared with what was sent, where it can be read.",
        verbose_name="read back",
    )


class Migration(migrations.Migration):
    dependencies = [("channels", "0011_contradictions")]

    operations = [
        migrations.AddField("channel", "read_due_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("channel", "read_every", read_every(0)),
        migrations.AlterField("channel", "read_every", read_every(24)),
        migrations.AddField("listing", "earlier", models.JSONField(default=dict)),
    ]
