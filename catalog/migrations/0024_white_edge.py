"""How white a picture's edge is; a job looks at those that were stored before."""

from django.db import migrations, models
from django.utils import timezone


def measure(apps, schema_editor):
    """As catalog.jobs.enqueue does."""
    if not apps.get_model("catalog", "Asset").objects.filter(kind="image").exists():
        return
    now = timezone.now()
    apps.get_model("catalog", "Job").objects.create(
        kind="assets.measure", params={}, title="Pictures: what they stand on", created_at=now, run_at=now
    )


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0023_glossary'),
    ]

    operations = [
        migrations.AddField(
            model_name='asset',
            name='white_edge',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.RunPython(measure, migrations.RunPython.noop),
    ]
