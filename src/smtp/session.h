/* session.h - from settings to a client that is ready, and one message through it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/client.h"

/* What a transaction that came to nothing left with the server. */
enum leftover { LEFTOVER_NOTHING, LEFTOVER_TRANSACTION, LEFTOVER_CONTENT };

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
	enum leftover leftover;
	uint64_t mails; /* transactions begun */
};

/* Whether to log in, and whether a person is there who can be asked for the password. */
enum login { LOGIN_NONE, LOGIN_ALONE, LOGIN_ASKING };

/*
 * Password or token, connection, greeting, EHLO, TLS, AUTH: the one way to a relay. No credential
 * is sent before the certificate has been verified. An access token that was kept and is refused is
 * replaced once, on the same connection. On failure nothing needs closing.
 */
bool session_open(struct session *session, const struct settings *settings, enum login login,
		  struct err *err) MUST_USE;
/* Whether nothing more can be said. */
bool session_is_over(const struct session *session);
/* Whether another transaction can be begun. */
bool session_is_usable(const struct session *session);
/* Makes session_close say nothing: the connection is another process's now, or spoilt. */
void session_abandon(struct session *session);
/* Says QUIT where that has not been done, and closes. */
void session_close(struct session *session);

/* Which refused recipients keep the others from getting the message. */
enum tolerance {
	TOLERATE_NOTHING,  /* any */
	TOLERATE_DEFERRAL, /* those that are refused for good */
	TOLERATE_REFUSAL,  /* none */
};

/*
 * One message's turn. The envelope is borrowed; its open recipients take part. `mail` and `data`
 * are the results of MAIL, and of DATA and the content. `is_in_doubt` says that the relay may have
 * taken the message or not.
 */
struct transaction {
	struct envelope *envelope;
	enum tolerance tolerance;
	bool is_announced; /* its commands have been sent behind another's final dot */
	bool is_in_doubt;
	struct err mail;
	struct err data;
};

void transaction_init(struct transaction *transaction, struct envelope *envelope,
		      enum tolerance tolerance);
void transaction_done(struct transaction *transaction);

/*
 * The three calls of a transaction. When one fails, the error says why; where the server refused
 * something, the results in transaction and envelope say so too, and else the session is over.
 *
 * offer: MAIL, RCPT and DATA, in one group where the server has PIPELINING. It succeeds when the
 * content may be sent; nothing of it has been.
 */
bool session_offer(struct session *session, struct transaction *transaction,
		   struct err *err) MUST_USE;
/*
 * content: everything but the last piece. The caller may write down now that it will be in doubt.
 */
bool session_content(struct session *session, struct transaction *transaction,
		     const struct message *message, struct err *err) MUST_USE;
/*
 * settle: the last piece and the final dot, then the verdict. What follows goes in the same write
 * where the server has PIPELINING: the commands of `next`, or without it QUIT where `is_last`.
 */
bool session_settle(struct session *session, struct transaction *transaction,
		    struct transaction *next, bool is_last, struct err *err) MUST_USE;
