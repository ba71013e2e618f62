from django.urls import path

from postroom.clients.views import (
    correspondents,
    editing,
    groups,
    importing,
    lists,
    people,
    shared,
)

app_name = "clients"
urlpatterns = [
    path("clients", lists.clients, name="clients"),
    path("clients/search", lists.search, name="search"),
    path("clients/import", importing.imports, name="imports"),
    path("clients/import/<int:job>", importing.import_job, name="import_job"),
    path("clients/import/<int:job>/start", importing.start, name="start_import"),
    path("clients/import/<int:job>/stop", importing.stop, name="stop_import"),
    path("clients/import/<int:job>/discard", importing.discard, name="discard_import"),
    path("clients/import/<int:job>/problems", importing.problems, name="import_problems"),
    path("clients/new", editing.new, name="new"),
    path("clients/shared", shared.shared, name="shared"),
    path("clients/<int:client>/details", editing.details, name="details"),
    path("clients/<int:client>/edit", editing.edit, name="edit"),
    path("clients/<int:client>/patients/new", editing.new_patient, name="new_patient"),
    path("patients/<int:patient>", editing.patient, name="patient"),
    path("clients/<int:client>/people/new", people.new_contact, name="new_contact"),
    path("clients/<int:client>/people/<int:contact>", people.contact, name="contact"),
    path(
        "clients/<int:client>/people/<int:contact>/remove",
        people.remove_contact,
        name="remove_contact",
    ),
    path("people/<int:contact>/points/new", people.new_point, name="new_point"),
    path("points/<int:point>", people.point, name="point"),
    path("points/<int:point>/remove", people.remove_point, name="remove_point"),
    path("clients/<int:client>/groups/join", groups.join, name="join_group"),
    path("clients/<int:client>/groups/<int:group>/leave", groups.leave, name="leave_group"),
    path("groups/names", groups.names, name="group_names"),
    path("groups/<int:group>", groups.group, name="group"),
    path("groups/<int:group>/rename", groups.rename, name="rename_group"),
    path("correspondents", correspondents.correspondents, name="correspondents"),
    path("correspondents/new", correspondents.new, name="new_correspondent"),
    path("correspondents/<int:correspondent>", correspondents.correspondent, name="correspondent"),
    path("correspondents/<int:correspondent>/edit", correspondents.edit, name="edit_correspondent"),
]
