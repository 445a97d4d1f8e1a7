"""What a connector's template said of each field when it was taken over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0007_portal")]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="template",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
