"""The configuration of the throw-away Dovecot 2.3 (its own account for everything, no chroot)."""

from pathlib import Path

_CONFIG = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {account}
default_internal_group = {group}
default_login_user = {account}
first_valid_uid = 1
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
mail_home = {folder}/home/%u
mail_location = maildir:~/mail
mail_fsync = never
mail_plugins = quota acl
mail_max_userip_connections = 200
protocol imap {{
  mail_plugins = quota imap_quota acl
  imap_capability = {capability}
  rawlog_dir = {folder}/rawlog/%u
}}
plugin {{
  acl = vfile
  quota = count:User quota
  quota_vsizes = yes
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
  result_success = return-ok
}}
userdb {{
  driver = static
  args = uid={account} gid={group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {ports[none]}
  }}
  inet_listener imap_starttls {{
    port = {ports[starttls]}
  }}
  inet_listener imaps {{
    port = {ports[tls]}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def dovecot_config(*, folder: Path, ports: dict[str, int], **more: str) -> str:
    """The text of dovecot.conf. `ports` has none, starttls and tls."""
    return _CONFIG.format(folder=folder, ports=ports, **more)
