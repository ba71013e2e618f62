from django.urls import path

from postroom.connections.views import accounts, connecting, sending, workflows

app_name = "connections"
urlpatterns = [
    path("settings/accounts", accounts.accounts, name="accounts"),
    path("settings/accounts/add", connecting.address, name="address"),
    path("settings/accounts/add/server", connecting.server, name="server"),
    path("settings/accounts/add/folders", connecting.folders, name="folders"),
    path("settings/accounts/<int:account>", accounts.account, name="account"),
    path("settings/accounts/<int:account>/deactivate", accounts.deactivate, name="deactivate"),
    path("settings/accounts/<int:account>/activate", accounts.activate, name="activate"),
    path("settings/accounts/<int:account>/check", accounts.check, name="check"),
    path(
        "settings/accounts/<int:account>/workflows/add", workflows.add_workflow, name="add_workflow"
    ),
    path("settings/workflows/<int:workflow>", workflows.workflow, name="workflow"),
    path("settings/workflows/<int:workflow>/rest", workflows.rest_workflow, name="rest_workflow"),
    path("settings/workflows/<int:workflow>/wake", workflows.wake_workflow, name="wake_workflow"),
    path("settings/sending", sending.sending, name="sending"),
    path("settings/sending/add", sending.add_sending, name="add_sending"),
    path("settings/sending/<int:smtp>", sending.sending_account, name="sending_account"),
    path("settings/sending/<int:smtp>/switch", sending.switch_sending, name="switch_sending"),
    path("settings/sending/<int:smtp>/domain", sending.sending_domain, name="sending_domain"),
    path("profile/sending", sending.own_sending, name="own_sending"),
    path("profile/sending/add", sending.own_add_sending, name="own_add_sending"),
    path("profile/sending/<int:own_smtp>", sending.own_sending_account, name="own_sending_account"),
    path(
        "profile/sending/<int:own_smtp>/switch",
        sending.own_switch_sending,
        name="own_switch_sending",
    ),
    path(
        "profile/sending/<int:own_smtp>/domain",
        sending.own_sending_domain,
        name="own_sending_domain",
    ),
    path("profile/mailboxes", accounts.own_accounts, name="own_accounts"),
    path("profile/mailboxes/add", connecting.own_address, name="own_address"),
    path("profile/mailboxes/add/server", connecting.own_server, name="own_server"),
    path("profile/mailboxes/add/folders", connecting.own_folders, name="own_folders"),
    path("profile/mailboxes/<int:mailbox>", accounts.own_account, name="own_account"),
    path(
        "profile/mailboxes/<int:mailbox>/deactivate",
        accounts.own_deactivate,
        name="own_deactivate",
    ),
    path("profile/mailboxes/<int:mailbox>/activate", accounts.own_activate, name="own_activate"),
    path("profile/mailboxes/<int:mailbox>/check", accounts.own_check, name="own_check"),
    path(
        "profile/mailboxes/<int:mailbox>/workflows/add",
        workflows.own_add_workflow,
        name="own_add_workflow",
    ),
    path("profile/workflows/<int:own_workflow>", workflows.own_workflow, name="own_workflow"),
    path(
        "profile/workflows/<int:own_workflow>/rest",
        workflows.own_rest_workflow,
        name="own_rest_workflow",
    ),
    path(
        "profile/workflows/<int:own_workflow>/wake",
        workflows.own_wake_workflow,
        name="own_wake_workflow",
    ),
]
