/* client.h - the commands of SMTP and LMTP, each judged by its reply */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "mail/envelope.h"
#include "mail/wire.h"
#include "net/stream.h"
#include "net/tls.h"
#include "smtp/capabilities.h"
#include "smtp/phase.h"
#include "smtp/reply.h"

/* Limit of unanswered commands. It keeps both sides from blocking in a write. */
enum { CLIENT_UNANSWERED_MAX = 100 };

/* A command without a reply so far, and the place for its result. */
struct pending_reply {
	enum phase phase;
	struct recipient *recipient; /* NULL: only `result` */
	struct err *result;          /* NULL: not wanted */
};

/*
 * The client's end of a connection in SMTP (RFC 5321) or LMTP (RFC 2033). Commands are gathered and
 * leave in one write; `pending` is the queue of those without a reply. Unless the server offers
 * PIPELINING (RFC 2920), it never holds more than one.
 *
 * A function fails when the conversation can't go on: the connection is lost, the server breaks the
 * protocol, or replies 421. The text names the phase. A refusal is stored as the command's result.
 */
struct client {
	const struct settings *settings;
	const char *name;  /* our name in EHLO; borrowed */
	const char *relay; /* the relay's name, NULL: unknown; borrowed */
	struct stream stream;
	struct capabilities can;
	struct reply reply; /* the last reply */
	struct pending_reply *pending;
	size_t pending_first;
	size_t pending_end;
	size_t verdict_end;   /* index after the last reply of a message's verdict */
	uint64_t content_end; /* the stream's position after the content; 0: unknown */
	unsigned avoid;       /* extensions that are offered and not used: enum capability */
	size_t group;         /* number of commands in the last write */
	enum phase failed;    /* the phase in which the conversation ended */
	int64_t patience;     /* limit for all waits, until the login */
	bool is_leaving;      /* QUIT was sent */
	bool is_over;         /* the conversation has ended */
};

/*
 * Takes over a connected socket; `end` is the deadline of the whole session. The name for EHLO is
 * `domain` of the settings unless the caller sets another.
 */
void client_init(struct client *client, const struct settings *settings, int fd, int64_t end);
void client_done(struct client *client);

/* The deadline of a step that begins now: RFC 5321's limit, or the shorter one of the settings. */
int64_t client_deadline(const struct client *client, enum phase phase);

/* Ends the conversation: no further command, and no reply is awaited. */
void client_end_all(struct client *client);

/* Reads the greeting, which may be a refusal. */
bool client_greeting(struct client *client, struct err *err) MUST_USE;
/* Sends STARTTLS and performs the handshake; takes `tls` over. RFC 3207. */
bool client_starttls(struct client *client, struct tls *tls, struct err *err) MUST_USE;

/*
 * Sends one line and reads its reply into client->reply, without judging it. The trace shows
 * `shown` in place of the line if that is not NULL.
 */
bool client_exchange(struct client *client, enum phase phase, const char *line, const char *shown,
		     struct err *err) MUST_USE;

/* Adds a hint about client->reply, if there is one, before the text of its error. */
void client_advise(const struct client *client, enum phase phase, struct err *err);

/*
 * Fails unless client->reply is a success in this phase. The text names the phase, after a hint if
 * there is one.
 */
bool client_judge(struct client *client, enum phase phase, struct err *err) MUST_USE;

/*
 * Gather the commands of a transaction: RFC 5321, with the parameters of RFC 1870, 6152, 3461 and
 * 6531. The wire is the form in which the content will be sent. Non-ASCII domains are sent as
 * A-labels.
 */
bool client_mail(struct client *client, const struct envelope *envelope, const struct wire *wire,
		 struct err *result, struct err *err) MUST_USE;
bool client_rcpt(struct client *client, struct recipient *recipient, struct err *err) MUST_USE;
bool client_data(struct client *client, struct err *result, struct err *err) MUST_USE;
/* Sends the gathered commands and reads all replies. */
bool client_collect(struct client *client, struct err *err) MUST_USE;

/*
 * Sends the content after DATA, dot-stuffed (RFC 5321 section 4.5.2), without the final dot. If the
 * server replies before the end, its reply is the failure.
 */
bool client_content(struct client *client, struct wire *wire, struct err *err) MUST_USE;
/*
 * Sends the content as one chunk, without DATA; RFC 3030. At least its last byte is not sent yet.
 */
bool client_chunk(struct client *client, struct wire *wire, struct err *err) MUST_USE;
/*
 * Gathers the end of the content: the final dot, or nothing after a chunk. Nothing is sent. The
 * verdict goes into `result`, in LMTP into each accepted recipient. Commands gathered later (QUIT
 * or the next transaction) leave in the same write; RFC 2920 allows it.
 */
bool client_end(struct client *client, struct envelope *envelope, struct err *result,
		struct err *err) MUST_USE;
bool client_end_chunk(struct client *client, struct envelope *envelope, struct err *result,
		      struct err *err) MUST_USE;
/* Gathers QUIT as the last command; does nothing without PIPELINING. */
void client_gather_quit(struct client *client);
/*
 * Sends the gathered bytes, beginning with the end of the content. client_verdict reports a failure
 * to send, because the server may have the whole content and say so.
 */
void client_send_end(struct client *client);
/* Whether the last byte of the content was sent, so that the server may have the message. */
bool client_has_sent_content(const struct client *client);
/*
 * Reads all replies up to the verdict; later ones stay pending. A success does not count while the
 * last byte of the content is unsent: ERR_PROTO.
 */
bool client_verdict(struct client *client, struct envelope *envelope, struct err *err) MUST_USE;

/* Sends RSET, which drops a failed transaction. */
bool client_reset(struct client *client, struct err *err) MUST_USE;

/*
 * Sends QUIT, unless it was sent. The wait for the reply is short, and the reply does not matter.
 */
void client_quit(struct client *client);
