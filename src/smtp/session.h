/* session.h - from settings to a client that is ready */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/dial.h"
#include "smtp/client.h"

/* What a transaction that came to nothing left with the server. */
enum leftover { LEFTOVER_NOTHING, LEFTOVER_TRANSACTION, LEFTOVER_CONTENT };

/*
 * A session with the relay that the settings name (borrowed). `where` is "host:port" or the
 * socket's path, of the host that is used once one was reached; every error begins with it, or with
 * the recipient before it.
 */
struct session {
	const struct settings *settings;
	struct client client;
	char *where;
	int64_t end;                       /* of the session */
	struct connection_info connection; /* what was connected to */
	char *selfname;                    /* how we have introduced ourselves */
	char *greeting;                    /* the server's words, printable */
	bool is_greeted;                   /* all but the login is done */
	unsigned avoid;   /* extensions that are not used although they are offered */
	unsigned broken;  /* extensions that are offered and have failed here: enum capability */
	unsigned trusted; /* those that have worked not long ago */
	unsigned proved;  /* and those that have worked */
	enum leftover leftover;
	bool has_stale_pipeline; /* commands were sent behind a chunk that came to nothing */
	uint64_t mails;          /* transactions begun */
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
/* The same without some extensions (enum capability) that the relay may offer. */
bool session_open_without(struct session *session, const struct settings *settings,
			  enum login login, unsigned avoid, struct err *err) MUST_USE;
/* Puts where the relay is before an error's text, and returns false. */
bool session_wrap(const struct session *session, struct err *err);
/* Whether nothing more can be said. */
bool session_is_over(const struct session *session);
/* Whether another transaction can be begun. */
bool session_is_usable(const struct session *session);
/* Makes session_close say nothing: the connection is another process's now, or spoilt. */
void session_abandon(struct session *session);
/* Says QUIT where that has not been done, and closes. */
void session_close(struct session *session);
