from django.urls import path

from postroom.custody.views import erasing, exports, merging, printing, retention

app_name = "custody"
urlpatterns = [
    path("clients/<int:client>/merge", merging.merge, name="merge"),
    path("entries/<int:entry>/export", exports.export_entry, name="export_entry"),
    path("entries/<int:entry>/print", printing.print_entry, name="print_entry"),
    path("entries/<int:entry>/hold", erasing.hold_entry, name="hold_entry"),
    path("clients/<int:client>/export", exports.export_client, name="export_client"),
    path("clients/<int:client>/print", printing.print_client, name="print_client"),
    path("clients/<int:client>/erase", erasing.erase, name="erase"),
    path("clients/<int:client>/hold", erasing.hold_client, name="hold_client"),
    path("groups/<int:group>/export", exports.export_group, name="export_group"),
    path("exports/<int:export>", exports.export, name="export"),
    path("exports/<int:export>/file", exports.export_file, name="export_file"),
    path("exports/<int:export>/stop", exports.stop_export, name="stop_export"),
    path("erasures/<int:erasure>", erasing.erasure, name="erasure"),
    path("settings/retention", retention.retention, name="retention"),
    path("settings/retention/<int:retention>", retention.answer_retention, name="answer_retention"),
]
