/* complete.h - the header fields that a message still needs */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "mail/envelope.h"
#include "mail/message.h"

#include <time.h>

/*
 * Completes the header as the settings ask: fields repaired, taken away, and added where they are
 * missing. What a DKIM signature may cover stays as it is; only Bcc goes in any case, and what is
 * missing is added; `date` is for the Date field. ERR_CONFIG: the aliases file; ERR_IO.
 */
bool complete_message(struct message *message, const struct envelope *envelope,
		      const struct settings *settings, time_t date, struct err *err) MUST_USE;
