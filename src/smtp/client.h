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

/* So many commands may be unanswered; it keeps both sides from blocking in a write. */
enum { CLIENT_UNANSWERED_MAX = 100 };

/* A command whose reply is awaited, and where its result goes. */
struct pending_reply {
	enum phase phase;
	struct recipient *recipient; /* NULL: `result` alone */
	struct err *result;          /* NULL: of no interest */
};

/*
 * One end of a connection that speaks SMTP (RFC 5321) or LMTP (RFC 2033). Commands are gathered and
 * leave in one write; `expected` is the queue of those without a reply. Unless the server offers
 * PIPELINING (RFC 2920), it never holds more than one.
 *
 * A function fails when the conversation can't go on: the connection is lost, the server talks
 * nonsense, or says 421. Its text names the phase. A refusal is stored where the result goes.
 */
struct client {
	const struct settings *settings;
	const char *name;  /* to introduce us with; borrowed */
	const char *relay; /* what the relay is called, NULL: not known; borrowed */
	struct stream stream;
	struct capabilities can;
	struct reply reply; /* the last one read */
	struct pending_reply *pending;
	size_t pending_first;
	size_t pending_end;
	size_t verdict_end;   /* behind the replies that are a message's verdict */
	uint64_t content_end; /* the stream's position after a content; 0: not known */
	unsigned avoid;       /* what is not used although it is offered: enum capability */
	size_t group;         /* commands that were sent together the last time */
	enum phase failed;    /* where the conversation has ended */
	int64_t patience;     /* no reply is waited for beyond it */
	bool is_leaving;      /* QUIT was sent */
	bool is_over;         /* nothing more can be said */
};

/*
 * Takes over a connected socket; `end` is the deadline of the whole session. The name is `domain`
 * of the settings until the caller sets another.
 */
void client_init(struct client *client, const struct settings *settings, int fd, int64_t end);
void client_done(struct client *client);

/* By when a step that begins now has to be done: RFC 5321's limit, or what the settings allow. */
int64_t client_deadline(const struct client *client, enum phase phase);

/* Nothing more is said, and no reply awaited. */
void client_end_all(struct client *client);

/* Reads the greeting, which may turn us away. */
bool client_greeting(struct client *client, struct err *err) MUST_USE;
/* STARTTLS and the handshake; takes `tls` over. RFC 3207. */
bool client_starttls(struct client *client, struct tls *tls, struct err *err) MUST_USE;

/*
 * Sends one line and reads its reply into client->reply, without judging it. The trace shows
 * `shown` instead of the line where that is not NULL.
 */
bool client_exchange(struct client *client, enum phase phase, const char *line, const char *shown,
		     struct err *err) MUST_USE;

/* Puts what to do about client->reply, where that is known, before the text of its error. */
void client_advise(const struct client *client, enum phase phase, struct err *err);

/*
 * Fails unless client->reply is a success in this phase, which the text names, with what to do
 * about it before that.
 */
bool client_judge(struct client *client, enum phase phase, struct err *err) MUST_USE;

/*
 * Gather the commands of a transaction; RFC 5321, with the parameters of 1870, 6152, 3461, 6531.
 * The wire is the form in which the content will be sent. Domains beyond ASCII go in A-labels.
 */
bool client_mail(struct client *client, const struct envelope *envelope, const struct wire *wire,
		 struct err *result, struct err *err) MUST_USE;
bool client_rcpt(struct client *client, struct recipient *recipient, struct err *err) MUST_USE;
bool client_data(struct client *client, struct err *result, struct err *err) MUST_USE;
/* Sends what is gathered and reads all replies. */
bool client_collect(struct client *client, struct err *err) MUST_USE;

/*
 * Sends the content after DATA, dots stuffed (RFC 5321 section 4.5.2), without the final dot. When
 * the server answers before the end, its reply is the failure.
 */
bool client_content(struct client *client, struct wire *wire, struct err *err) MUST_USE;
/* The same as one chunk, without DATA; RFC 3030. At least the last byte of it is not sent yet. */
bool client_chunk(struct client *client, struct wire *wire, struct err *err) MUST_USE;
/*
 * Gathers what ends the content: the final dot, and nothing after a chunk. Nothing is sent. The
 * verdict goes into `result`, for LMTP into each accepted recipient. What is gathered after it
 * (QUIT or the next transaction) leaves in the same write; RFC 2920 allows it.
 */
bool client_end(struct client *client, struct envelope *envelope, struct err *result,
		struct err *err) MUST_USE;
bool client_end_chunk(struct client *client, struct envelope *envelope, struct err *result,
		      struct err *err) MUST_USE;
/* Gathers QUIT, after which nothing is said; does nothing without PIPELINING. */
void client_gather_quit(struct client *client);
/*
 * Sends what is gathered, the end of the content first. A failure to send is met again by
 * client_verdict, as the server may have the whole content and say so.
 */
void client_send_end(struct client *client);
/* Whether the last byte of the content has been sent, so that the server may have the message. */
bool client_has_sent_content(const struct client *client);
/*
 * Reads all replies up to the verdict; those after it stay expected. A success is no verdict on a
 * content of which the server does not have the last byte: ERR_PROTO.
 */
bool client_verdict(struct client *client, struct envelope *envelope, struct err *err) MUST_USE;

/* RSET: forgets a transaction that came to nothing. */
bool client_reset(struct client *client, struct err *err) MUST_USE;

/* QUIT, unless it was sent. Its reply is waited for, but not long, and does not matter. */
void client_quit(struct client *client);
