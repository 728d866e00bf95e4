/* transaction.h - one message through a session */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/session.h"

/* The refused recipients that keep the others from getting the message. */
enum tolerance {
	TOLERATE_NOTHING,  /* any refused recipient */
	TOLERATE_DEFERRAL, /* those refused for good, or until a person changes something */
	TOLERATE_REFUSAL,  /* no recipient */
};

/*
 * The transfer of one message. Envelope and message are borrowed; the open recipients take part.
 * `mail` and `data` are the results of MAIL, and of DATA and the content. `is_in_doubt`: the relay
 * may have accepted the message.
 */
struct transaction {
	struct envelope *envelope;
	const struct message *message;
	enum tolerance tolerance;
	struct wire wire;      /* the message in the form for this relay */
	bool is_prepared;      /* the wire is open */
	bool is_chunked;       /* BDAT instead of DATA */
	bool is_single_group;  /* commands and content go in one group, before any reply */
	bool is_envelope_sent; /* its commands were sent, maybe after another message's content */
	bool is_pipelined;     /* they were sent after another message's content */
	bool has_content;      /* part of its content may have been sent */
	bool is_in_doubt;
	struct err mail;
	struct err data;
};

void transaction_init(struct transaction *transaction, struct envelope *envelope,
		      const struct message *message, enum tolerance tolerance);
void transaction_done(struct transaction *transaction);

/*
 * The four calls of a transaction. When one fails, the error says why. A refusal is also in the
 * results of transaction and envelope; any other failure has ended the session.
 *
 * offer: MAIL, RCPT and DATA, in one group if the server has PIPELINING. Success means that the
 * content may be sent; none of it was. With CHUNKING, a small message is sent in the same group, if
 * no recipient's refusal could keep others from getting it.
 */
bool transaction_offer(struct session *session, struct transaction *transaction,
		       struct err *err) MUST_USE;
/*
 * content: sends everything except the last piece. After this call the caller can record that the
 * message will be in doubt.
 */
bool transaction_content(struct session *session, struct transaction *transaction,
			 struct err *err) MUST_USE;
/*
 * end: sends the last piece and the final dot. With PIPELINING more goes in the same write: the
 * commands of `next`, or without it QUIT if `is_last`. Work that needs no network costs no time
 * between this call and the next one.
 */
bool transaction_end(struct session *session, struct transaction *transaction,
		     struct transaction *next, bool is_last, struct err *err) MUST_USE;
/* Drops all results, and the form in which the message was to be sent. */
void transaction_clear(struct transaction *transaction);
/*
 * Prepares a refused transaction for another offer on the same session, without some extensions
 * (enum capability). Results of `next` are dropped. After a failure the session is over, and the
 * relay has neither message.
 */
bool transaction_restart(struct session *session, struct transaction *transaction,
			 struct transaction *next, unsigned without, struct err *err) MUST_USE;
/* settle: reads the verdict; `next` as before. */
bool transaction_settle(struct session *session, struct transaction *transaction,
			const struct transaction *next, struct err *err) MUST_USE;

/*
 * Whether the relay as a whole caused the failure `err`, and not this message. A refusal of the
 * session, such as 530, is about every message, even as a reply to RCPT; but not if other
 * recipients got the message.
 */
bool transaction_blames_route(const struct transaction *transaction, const struct err *err);
