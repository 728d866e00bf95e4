/* complete.h - the header fields that a message still needs */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "mail/envelope.h"
#include "mail/message.h"

#include <time.h>

/* With what a message is completed. */
struct completion {
	const struct account *account;
	time_t date;     /* for the Date field */
	bool is_program; /* a program's: bare addresses get a domain, see bare.h */
	bool is_raw;     /* there is no config yet: what it could ask for is left to complete_raw */
};

/*
 * Completes the header as the settings ask: fields repaired, taken away, and added where they are
 * missing. What a DKIM signature may cover stays as it is; only Bcc goes in any case, and what is
 * missing is added. ERR_CONFIG: the aliases file; ERR_IO.
 */
bool complete_message(struct message *message, const struct envelope *envelope,
		      const struct completion *completion, struct err *err) MUST_USE;

/*
 * Makes `out` (message_init has been called) of a program's message that was kept while there was
 * no config, now that there is an account; date and Message-ID stay. The errors of
 * complete_message.
 */
bool complete_raw(const struct message *raw, const struct envelope *envelope,
		  const struct account *account, struct message *out, struct err *err) MUST_USE;
