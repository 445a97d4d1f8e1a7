from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0016_import_marks_by_profile'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('trashed_at__isnull', True)), fields=['status', 'id'], name='product_status'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('trashed_at__isnull', False)), fields=['id'], name='product_trashed'),
        ),
    ]
