/* session.h - from settings to a client that is ready, and one message through it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/client.h"

/*
 * A session with the relay that the settings name (borrowed). `where` is "host:port" or the
 * socket's path; every error begins with it, or with the recipient before it.
 */
struct session {
	const struct settings *settings;
	struct client client;
	char *where;
	char *address;  /* what was connected to */
	char *greeting; /* the server's words */
	struct err mail; /* results of the current transaction as a whole: of MAIL, */
	struct err data; /* and of DATA and the content */
};

/*
 * Password, connection, greeting, EHLO, TLS, and with `logs_in` AUTH: the one way to a relay. No
 * credential is sent before the certificate has been verified. On failure nothing needs closing.
 */
bool session_open(struct session *session, const struct settings *settings, bool logs_in,
		  struct err *err) MUST_USE;
/* Says QUIT where that has not been done, and closes. */
void session_close(struct session *session);

/*
 * The three calls of a transaction. Each may fail for all (the envelope is then not settled), and
 * the first for single recipients, whose result is in the envelope.
 *
 * offer: MAIL, RCPT and DATA, in one group where the server has PIPELINING. Fails unless every
 * recipient is accepted; the error is then the first refusal's. Nothing of the content has been
 * sent; a server that waits for it is left without the final dot.
 */
bool session_offer(struct session *session, struct envelope *envelope, struct err *err) MUST_USE;
/* content: everything but the last piece. From here on the caller has to count with acceptance. */
bool session_content(struct session *session, const struct message *message, struct err *err)
	MUST_USE;
/*
 * settle: the last piece and the final dot, then the verdict. Each recipient has its result
 * afterwards. Fails with ERR_NET or ERR_PROTO where there is no verdict: the relay may have taken
 * the message. With LMTP the error is the first recipient's that was refused.
 */
bool session_settle(struct session *session, struct envelope *envelope, struct err *err) MUST_USE;
