/* repair.h - address fields as strict relays want them, and the fields that the settings ask for */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "mail/changes.h"
#include "mail/envelope.h"
#include "mail/rewrite.h"

/*
 * Plans what set_from_header, set_reply_to_header and set_to_header do: From, Sender, Reply-To, To,
 * Cc and Bcc; and puts the address fields that RFC 5322 does not allow into a form that it does
 * (see rewrite_field). `author` is for a From field that is missing. ERR_CONFIG: the aliases file.
 */
bool repair_addresses(struct changes *changes, const struct envelope *envelope, const char *author,
		      const struct settings *settings, struct err *err) MUST_USE;

/* Plans what the rule makes of every field of that name, see rewrite_field. */
void repair_rewrite(struct changes *changes, const char *name, const struct rewrite_rule *rule);

/* Plans remove_header, set_header and subject_prefix. */
void repair_fields(struct changes *changes, const struct settings *settings);
/* Plans add_header. */
void repair_add(struct changes *changes, const struct settings *settings);
/* Whether it adds a field of that name. */
bool repair_adds(const struct settings *settings, const char *name);
/*
 * Whether it can be added to a header that was made here: neither recipients nor a field that is
 * there. ERR_USAGE.
 */
bool repair_check_made(const struct header *made, const struct settings *settings,
		       struct err *err) MUST_USE;
