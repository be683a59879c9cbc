"""A mail server of aiosmtpd on 127.0.0.1 that prints what it receives, for the tests of the sink `email`.

    mail_server.py tls|starttls CERTIFICATE KEY USER PASSWORD

Mail is taken only inside TLS and after a login. The first line of the output is the port; then follows one JSON object a mail, the message
read by Python's own email package. Ends with its standard input.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

KIND, CERTIFICATE, KEY, USER, PASSWORD = sys.argv[1:]


class Handler:
    """Prints each mail."""

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail = {
            "hello": session.host_name, "tls": session.ssl is not None or KIND == "tls", "user": session.auth_data,
            "sender": envelope.mail_from, "recipients": envelope.rcpt_tos, "defects": [str(defect) for defect in message.defects],
            "headers": [[name, str(value)] for name, value in message.items()],
            "parts": [[part.get_content_type(), part.get_content().replace("\r\n", "\n")] for part in message.iter_parts()],
        }
        print(json.dumps(mail), flush=True)
        return "250 2.0.0 Ok: queued as AIO1"


def authenticate(server, session, envelope, mechanism, data):
    """Takes one user with one password."""
    taken = data.login == USER.encode() and data.password == PASSWORD.encode()
    return AuthResult(success=taken, handled=False, auth_data=f"{USER} by {mechanism}" if taken else None)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    # Inside TLS from the first byte aiosmtpd does not know that the login is safe.
    options = {"auth_require_tls": False} if KIND == "tls" else {"tls_context": context, "require_starttls": True}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Handler(), hostname="mail.test", loop=loop, auth_required=True, authenticator=authenticate, **options),
        "127.0.0.1", 0, ssl=context if KIND == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
