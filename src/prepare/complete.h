/* complete.h - the header fields that a message still needs */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "mail/envelope.h"
#include "mail/message.h"

#include <time.h>

/* The input for the header fields of a message. */
struct completion {
	const struct account *account;
	time_t date;     /* for the Date field */
	bool is_program; /* the message of a program: bare addresses get a domain, see bare.h */
	bool is_raw; /* there is no config yet: complete_raw does later what a config can ask for */
};

/*
 * Completes the header by the settings: repairs, removes and adds fields. Header fields that a DKIM
 * signature may cover stay as they are, except that Bcc is always removed; missing fields are
 * added. ERR_CONFIG: the aliases file; ERR_IO.
 */
bool complete_message(struct message *message, const struct envelope *envelope,
		      const struct completion *completion, struct err *err) MUST_USE;

/*
 * Completes a program's message that was queued without a config, now that there is an account. The
 * result is `out`, for which message_init has been called. Date and Message-ID stay. The errors of
 * complete_message.
 */
bool complete_raw(const struct message *raw, const struct envelope *envelope,
		  const struct account *account, struct message *out, struct err *err) MUST_USE;
