"""Which attributes are missing, beside how many; a job fills it in for what was counted before."""

from django.db import migrations, models
from django.utils import timezone


def count_anew(apps, schema_editor):
    """As catalog.jobs.enqueue does. No channel has the id 0: nothing is marked to be sent again."""
    if not apps.get_model("channels", "Completeness").objects.filter(missing__gt=0).exists():
        return
    families = list(apps.get_model("catalog", "Family").objects.order_by("pk").values_list("pk", flat=True))
    now = timezone.now()
    apps.get_model("catalog", "Job").objects.create(
        kind="channels.recount", queue="delivery", params={"channel": 0, "families": families},
        title="Completeness: which attributes are missing", created_at=now, run_at=now,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0016_import_marks_by_profile'),
        ('channels', '0005_listings_by_their_turn'),
    ]

    operations = [
        migrations.CreateModel(
            name='MissingSet',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('codes', models.TextField()),
            ],
        ),
        migrations.AddField(
            model_name='completeness',
            name='lacks',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.RemoveIndex(
            model_name='completeness',
            name='completeness_missing',
        ),
        migrations.AddIndex(
            model_name='completeness',
            index=models.Index(fields=['channel', 'locale', 'missing', 'lacks', 'product'], name='completeness_lacks'),
        ),
        migrations.RunPython(count_anew, migrations.RunPython.noop),
    ]
