from django.urls import path

from postroom.register.views import (
    enclosed,
    entries,
    files,
    inboxes,
    records,
    search,
    senders,
    unresolved,
)

app_name = "register"
urlpatterns = [
    path("inbox", inboxes.my_inbox, name="my_inbox"),
    path("shared-inbox", inboxes.shared_inbox, name="shared_inbox"),
    path("unresolved", unresolved.unresolved, name="unresolved"),
    path("unresolved/arrivals", unresolved.arrivals, name="arrivals"),
    path("entries/<int:entry>", entries.entry, name="entry"),
    path("entries/<int:entry>/resolve", unresolved.resolve, name="resolve"),
    path("entries/<int:entry>/ignore", unresolved.ignore, name="ignore"),
    path("entries/<int:entry>/sender", senders.sender, name="sender"),
    path("settings/senders/waiting", senders.apply_senders, name="apply_senders"),
    path("entries/<int:entry>/file", inboxes.file, name="file"),
    path("entries/<int:entry>/close", inboxes.close, name="close"),
    path("entries/<int:entry>/reopen", inboxes.reopen, name="reopen"),
    path("entries/<int:entry>/undo", entries.undo, name="undo"),
    path("entries/<int:entry>/take-back", entries.take_back, name="take_back"),
    path("entries/<int:entry>/unassign", entries.unassign, name="unassign"),
    path("entries/<int:entry>/body", files.body, name="body"),
    path("entries/<int:entry>/raw", files.raw, name="raw"),
    path("entries/<int:entry>/inline/<int:n>/<str:token>", files.inline, name="inline"),
    path("attachments/<int:attachment>", files.attachment, name="attachment"),
    path("attachments/<int:attachment>/message", enclosed.message, name="enclosed"),
    path("attachments/<int:attachment>/message/body", enclosed.message_body, name="enclosed-body"),
    path("attachments/<int:attachment>/message/file", enclosed.message_file, name="enclosed-file"),
    path("attachments/<int:attachment>/picture", files.picture, name="picture"),
    path("search", search.search, name="search"),
    path("search/suggest", search.suggest, name="suggest"),
    path("clients/<int:client>", records.client, name="client"),
    path("clients/<int:client>/group", records.group, name="group"),
]
