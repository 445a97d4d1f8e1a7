"""The families of units a new installation begins with."""

from django.db import migrations

from catalog.measures import BUILT_IN
from pim.lib.decimals import canonical


def install(apps, schema_editor):
    Family = apps.get_model("catalog", "MeasurementFamily")
    Unit = apps.get_model("catalog", "MeasurementUnit")
    for spec in BUILT_IN.values():
        family = Family.objects.create(code=spec.code, labels=dict(spec.labels), standard_unit=spec.base)
        Unit.objects.bulk_create(
            Unit(
                family=family, code=unit.code, labels=dict(unit.labels), symbol=unit.symbol, uncefact=unit.uncefact,
                factor=canonical(unit.factor), per=canonical(unit.per), offset=canonical(unit.offset), position=position,
            )
            for position, unit in enumerate(spec.units.values())
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_measurement_families")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
