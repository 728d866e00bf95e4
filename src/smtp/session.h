/* session.h - setting up a session with a relay: connection, TLS, EHLO, login */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/dial.h"
#include "smtp/client.h"

/* State that a failed transaction has left on the server. */
enum leftover { LEFTOVER_NOTHING, LEFTOVER_TRANSACTION, LEFTOVER_CONTENT };

/*
 * A session with the relay of the settings (borrowed). `where` is "host:port" or the socket's path;
 * after connecting, that of the host in use. Every error begins with it, or with the recipient
 * before it.
 */
struct session {
	const struct settings *settings;
	struct client client;
	char *where;
	int64_t end;                       /* deadline of the session */
	struct connection_info connection; /* the connection in use */
	char *selfname;                    /* the name sent in EHLO */
	char *greeting;                    /* the server's words, printable */
	bool is_set_up;                    /* connection, greeting, EHLO and TLS are done */
	unsigned avoid;   /* extensions that are offered and not used: enum capability */
	unsigned broken;  /* extensions that are offered and have failed here */
	unsigned trusted; /* extensions that worked recently */
	unsigned proved;  /* extensions that worked in this session */
	enum leftover leftover;
	bool has_stale_pipeline; /* commands were sent after a chunk that was refused */
	uint64_t mails;          /* number of transactions so far */
};

/* Whether to log in, and whether a person can be asked for the password. */
enum login { LOGIN_NONE, LOGIN_ALONE, LOGIN_ASKING };

/*
 * Sets up a session, the only way to a relay: password or token, connection, greeting, EHLO, TLS,
 * AUTH. No credential is sent before the certificate has been verified. A cached access token that
 * is refused is replaced once, on the same connection. After a failure nothing needs closing.
 */
bool session_open(struct session *session, const struct settings *settings, enum login login,
		  struct err *err) MUST_USE;
/* Like session_open, without some extensions (enum capability) that the relay may offer. */
bool session_open_without(struct session *session, const struct settings *settings,
			  enum login login, unsigned avoid, struct err *err) MUST_USE;
/* Puts `where` before an error's text, and returns false. */
bool session_wrap(const struct session *session, struct err *err);
/* Whether the conversation has ended. */
bool session_is_over(const struct session *session);
/* Whether another transaction can begin. */
bool session_is_usable(const struct session *session);
/* Makes session_close send nothing: another process has the connection, or it is unusable. */
void session_abandon(struct session *session);
/* Sends QUIT, unless it was sent, and closes. */
void session_close(struct session *session);
