from django.urls import path

from postroom.outbox.views import messages

app_name = "outbox"
urlpatterns = [
    path("outbox", messages.outbox, name="outbox"),
    path("outbox/sent", messages.sent, name="sent"),
    path("outbox/hold", messages.hold, name="hold"),
    path("outbox/resume", messages.resume, name="resume"),
    path("outbox/cancel", messages.cancel_some, name="cancel_some"),
    path("outbox/<int:message>", messages.message, name="message"),
    path("outbox/<int:message>/cancel", messages.cancel, name="cancel"),
    path("outbox/<int:message>/now", messages.send_now, name="send_now"),
    path("outbox/<int:message>/again", messages.send_again, name="send_again"),
    path("outbox/<int:message>/arrived", messages.mark_sent, name="mark_sent"),
    path("outbox/<int:message>/lost", messages.mark_failed, name="mark_failed"),
]
