from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0015_smaller_storage'),
    ]

    operations = [
        migrations.RenameField(model_name='importmark', old_name='feed', new_name='profile'),
    ]
