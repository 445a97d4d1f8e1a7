"""People. Whoever has a role may enter the admin; what they find there comes from the role."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from catalog.admin.base import CatalogAdmin
from catalog.models import User

admin.site.unregister(Group)  # Django's groups and permissions are not used: roles are


@admin.register(User)
class UserAdmin(CatalogAdmin, DjangoUserAdmin):
    """Only a superuser makes superusers, or touches their accounts: managing people must not be a way up."""

    view_verb = edit_verb = "access.edit"
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "email", "role_names", "is_active", "last_login"]
    list_filter = ["is_active", "roles"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    filter_horizontal = ()
    empty_sentence = _("People sign in with a name and a password, and have roles.")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "locale", "time_zone")}),
        (_("Access"), {"fields": ("roles", "is_active", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2", "roles")}),)
    readonly_fields = ["last_login", "date_joined"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("roles")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return [*self.readonly_fields, *([] if request.user.is_superuser else ["is_superuser"])]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # switched off instead: the history names them

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and db_field.name == "roles":
            field.widget = UnfoldAdminCheckboxSelectMultipleWidget()
            field.widget.choices = field.choices
            field.help_text = _("Whoever has a role may sign in to this admin.")
        return field

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        person = form.instance
        is_staff = person.is_superuser or person.roles.exists()
        if person.is_staff != is_staff:
            person.is_staff = is_staff
            person.save(update_fields=["is_staff"])

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description=_("roles"))
    def role_names(self, person: User) -> str:
        if person.is_superuser:
            return str(_("Everything"))
        return ", ".join(str(role) for role in person.roles.all()) or "—"
