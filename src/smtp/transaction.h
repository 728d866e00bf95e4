/* transaction.h - one message through a session */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/session.h"

/* Which refused recipients keep the others from getting the message. */
enum tolerance {
	TOLERATE_NOTHING,  /* any */
	TOLERATE_DEFERRAL, /* those that are refused for good, or until a person mends something */
	TOLERATE_REFUSAL,  /* none */
};

/*
 * One message's turn. Envelope and message are borrowed; the open recipients take part. `mail` and
 * `data` are the results of MAIL, and of DATA and the content. `is_in_doubt` says that the relay
 * may have taken the message or not.
 */
struct transaction {
	struct envelope *envelope;
	const struct message *message;
	enum tolerance tolerance;
	struct wire wire;      /* the message in the form for this relay */
	bool is_prepared;      /* the wire is open */
	bool is_chunked;       /* BDAT instead of DATA */
	bool is_single_group;  /* everything goes in one group, before any reply is known */
	bool is_envelope_sent; /* its commands have been sent, maybe behind another's content */
	bool is_pipelined;     /* they were sent behind another's content */
	bool has_content;      /* some of its content may have been sent */
	bool is_in_doubt;
	struct err mail;
	struct err data;
};

void transaction_init(struct transaction *transaction, struct envelope *envelope,
		      const struct message *message, enum tolerance tolerance);
void transaction_done(struct transaction *transaction);

/*
 * The four calls of a transaction. When one fails, the error says why; where the server refused
 * something, the results in transaction and envelope say so too, and else the session is over.
 *
 * offer: MAIL, RCPT and DATA, in one group where the server has PIPELINING. It succeeds when the
 * content may be sent; nothing of it has been. Where the server has CHUNKING, a small message is
 * sent together with these, if nobody's refusal could keep others from getting it.
 */
bool transaction_offer(struct session *session, struct transaction *transaction,
		       struct err *err) MUST_USE;
/*
 * content: everything but the last piece. The caller may write down now that it will be in doubt.
 */
bool transaction_content(struct session *session, struct transaction *transaction,
			 struct err *err) MUST_USE;
/*
 * end: the last piece and the final dot. What follows goes in the same write where the server has
 * PIPELINING: the commands of `next`, or without it QUIT where `is_last`. Work that needs no
 * network costs no time between this call and the next one.
 */
bool transaction_end(struct session *session, struct transaction *transaction,
		     struct transaction *next, bool is_last, struct err *err) MUST_USE;
/* Forgets all results, and the form in which the message was to go. */
void transaction_clear(struct transaction *transaction);
/*
 * Makes a transaction that was refused ready for another offer on the same session, without some
 * extensions (enum capability). What was said of `next` is taken back. On failure the session is
 * over, and the relay has neither message.
 */
bool transaction_restart(struct session *session, struct transaction *transaction,
			 struct transaction *next, unsigned without, struct err *err) MUST_USE;
/* settle: the verdict; `next` as before. */
bool transaction_settle(struct session *session, struct transaction *transaction,
			const struct transaction *next, struct err *err) MUST_USE;

/*
 * Whether the relay as a whole was the trouble, and not this message: `err` says why the
 * transaction failed. A refusal of the session, such as 530, is about every message, even where it
 * answers RCPT; but not where others got the message.
 */
bool transaction_blames_route(const struct transaction *transaction, const struct err *err);
